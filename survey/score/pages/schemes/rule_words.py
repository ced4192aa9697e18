"""Rules of a scheme in words: conversions, what of the answers counts, extras, places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext

from survey.score import service
from survey.score.pages.downloads import language
from survey.score.scheme.extras import Extra
from survey.score.scheme.scheme import Bottom, Scheme


def measure_words(measure: str) -> str:
    """What of the answers counts."""
    words = {
        "satisfied": gettext("Share of satisfied answers, per cent"),
        "topbox": gettext("Share of the best level, per cent"),
        "bad": gettext("Share of bad ratings, per cent"),
    }
    return str(words[measure])


def conversion_words(part: service.Part) -> str:
    """How a part's value became points, where it is not in proportion."""
    return _conversion(part.conversion, part.reference)


def _conversion(rule: str, reference: float | None) -> str:
    known = "" if reference is None else f" ({reference:.4f})"
    if rule == "best":
        return f"{gettext('Against the best of the class')}{known}"
    if rule == "mean":
        return f"{gettext('Against the mean of the class')}{known}"
    return rule


def rule_words(leaf: service.Component) -> list[str]:
    """What a leaf says beyond its source, one phrase each."""
    found = [] if leaf.measure == "index" else [measure_words(leaf.measure)]
    if rule := service.said_conversion(leaf):
        found.append(gettext("Converted: %(rule)s", rule=_conversion(rule, None)))
    if leaf.minimum:
        found.append(gettext("At least %(n)s answers", n=leaf.minimum))
    if leaf.earlier:
        found.append(f"{leaf.earlier.scheme} · {leaf.earlier.round}")
    return found


def extra_words(extra: Extra) -> str:
    """What a bonus, a deduction or a veto does."""
    if extra.veto is not None:
        return _listed(_veto_words(extra))
    found = [gettext("adds points") if extra.kind == "bonus" else gettext("takes points")]
    if extra.per is not None:
        found.append(gettext("%(each)s for each full %(per)s", each=f"{extra.each:g}", per=f"{extra.per:,.10g}"))
    elif extra.each is not None:
        found.append(gettext("%(each)s each time", each=f"{extra.each:g}"))
    found += [f"{name} {points:g}" for name, points in extra.levels]
    if extra.highest:
        found.append(gettext("only the highest counts"))
    if extra.cap is not None:
        found.append(gettext("at most %(cap)s", cap=f"{extra.cap:g}"))
    if extra.clears:
        found.append(gettext("cleared once corrected"))
    return _listed(found)


def _veto_words(extra: Extra) -> list[str]:
    veto, found = extra.veto, []
    if veto and veto.total is not None:
        found.append(gettext("the total is at most %(total)s", total=f"{veto.total:g}"))
    if veto and veto.grade:
        found.append(gettext("no better grade than %(grade)s", grade=veto.grade))
    if veto and veto.no_bonus:
        found.append(gettext("no bonus"))
    return found


def ranked_words(scheme: Scheme) -> str:
    """Among whom units take their places."""
    if scheme.groups:
        return ";".join(f"{name}: {_listed(list(codes))}" for name, codes in scheme.groups)
    words = {"parent": gettext("among the units of one parent"), "all": gettext("among all units")}
    return str(words[scheme.ranked_within])


def bottom_words(bottom: Bottom) -> str:
    """How many stand on the list of the last."""
    if bottom.count is not None:
        return str(gettext("the last %(n)s", n=bottom.count))
    return str(gettext("the last %(share)s%%", share=f"{bottom.share:g}"))


def scope_words(line: service.Line) -> str:
    """Among whom a place was taken, and how many they are."""
    name = gettext("all units") if line.scope == "*" else line.scope
    return str(gettext("of %(n)s (%(name)s)", n=line.among, name=name))


def _listed(words: list[str]) -> str:
    return (", " if language() == "en" else "，").join(words)


#: names of these as templates call them
WORDS: dict[str, Callable[..., Any]] = {
    rule.__name__: rule
    for rule in (measure_words, conversion_words, rule_words, extra_words, ranked_words, bottom_words, scope_words)
}
