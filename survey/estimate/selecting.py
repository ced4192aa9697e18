"""Which collections of a run a question is put to: a selector that means nothing, or mixes what nobody said to mix,
is a fault with a sentence, and never an average."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flask_babel import gettext

from survey.estimate.run.context import RunCollection
from survey.estimate.values import Selector
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.rounds.service import Pooling


def chosen(every: Iterable[RunCollection], selector: Selector) -> list[RunCollection]:
    """The collections that a selector names. One that leaves the group to its answers may hold any group."""
    groups = {rounds.known_code(group) for group in selector.groups}
    return [
        one
        for one in every
        if one.kind == selector.kind
        and (not groups or one.group in groups or not one.group)
        and (not selector.collections or one.code in selector.collections or one.title in selector.collections)
        and (not selector.form or one.form in ("", selector.form))
    ]


def shares_of(found: Sequence[RunCollection], selector: Selector, pooling: Pooling) -> Mapping[int, float]:
    """Collection -> its stated share of one, where several are pooled by shares; empty where they are not.

    A selector's shares are those of all collections that it names; a round's are those of its waves.
    """
    stated = dict(selector.shares or (pooling.shares if pooling.way == "shares" else ()))
    meant = [one for one in found if selector.shares or one.is_drawn]
    named = {one.id: stated.get(one.code, stated.get(one.title)) for one in meant}
    if len(named) < 2 or any(share is None for share in named.values()):
        return {}
    total = sum(share or 0.0 for share in named.values())
    return {number: (share or 0.0) / total for number, share in named.items()} if total else {}


def fault_of(
    every: Sequence[RunCollection], selector: Selector, question: str, scales: Mapping[str, str], pooling: Pooling
) -> str:
    """What is wrong with asking these collections this question; empty if nothing is."""
    found = chosen(every, selector)
    missing = _missing(found, selector)
    if missing or not found:
        return _names_nothing(every, selector, missing)
    if question and question not in _asked_by(found, scales):
        return str(gettext("The form of %(names)s has no question %(code)s.", names=_names(found), code=question))
    groups = {one.group for one in found}
    if len(groups) > 1 and not selector.groups and not selector.collections:
        return str(
            gettext(
                "This would mix %(groups)s. Name the group that is meant, or all of them.", groups=_group_words(groups)
            )
        )
    if len({scales.get(code, "") for code in _overall_of(found)}) > 1:
        return str(gettext("%(names)s are answered on different scales. Name one form.", names=_names(found)))
    waves = [one for one in found if one.is_drawn]
    apart = pooling.way != "together" and not shares_of(found, selector, pooling)
    if len(waves) > 1 and len(groups) == 1 and apart:
        return str(
            gettext(
                "%(names)s are several waves. Name the one that is meant, or state the share of each.",
                names=_names(waves),
            )
        )
    return ""


def _missing(found: Sequence[RunCollection], selector: Selector) -> list[str]:
    """What a selector names and nothing answers to: of a list too, each name must mean something."""
    known = {name for one in found for name in (one.code, one.title)}
    groups = {one.group for one in found}
    return [
        *([] if "" in groups else [name for name in selector.groups if rounds.known_code(name) not in groups]),
        *(name for name in selector.collections if name not in known),
    ]


def _names_nothing(every: Sequence[RunCollection], selector: Selector, missing: Sequence[str]) -> str:
    kind = str(questions.SOURCE_NAMES.get(selector.kind, selector.kind))
    there = _names([one for one in every if one.kind == selector.kind])
    wanted = ", ".join(missing or [*selector.groups, *selector.collections, selector.form]).strip(", ")
    if not wanted:
        return str(gettext("The round selects no collection of the kind “%(kind)s”.", kind=kind))
    return str(
        gettext(
            "The round selects nothing of the kind “%(kind)s” for %(wanted)s. It selects: %(names)s.",
            kind=kind,
            wanted=wanted,
            names=there or "–",
        )
    )


def _asked_by(found: Iterable[RunCollection], scales: Mapping[str, str]) -> set[str]:
    """The questions of the collections' forms; of runs of the first version, which name no form, every question."""
    forms = questions.newest()
    codes = {q.code for one in found if one.form in forms for q in forms[one.form].questions}
    return codes if all(one.form for one in found) else codes | set(scales)


def _overall_of(found: Iterable[RunCollection]) -> set[str]:
    forms = questions.newest()
    return {forms[one.form].overall.code for one in found if one.form in forms}


def _names(found: Sequence[RunCollection]) -> str:
    return "、".join(one.title for one in found)


def _group_words(groups: Iterable[str]) -> str:
    names = rounds.group_names()
    return "、".join(sorted(str(names.get(group, group)) if group else gettext("no group") for group in groups))
