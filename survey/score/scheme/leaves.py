"""Where a leaf's value comes from, and what of it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from survey.score.scheme.read import Findings, check_length, number_in
from survey.score.scheme.scheme import MEASURES, SURVEYS, EarlierSheet

ELSEWHERE = "external:"
#: sources of a leaf that are no survey, as people write them
OTHERS = ("external:CODE", "sheet", "full", "composite")


@dataclass(frozen=True)
class SourceRead:
    """A source as it was written."""

    source: str
    external: str = ""
    #: the largest value
    out_of: float = 100.0
    divided_by: str = ""
    earlier: EarlierSheet | None = None


def read_source(findings: Findings, path: str, item: Mapping[str, Any], *, has_parts: bool) -> SourceRead:
    """The source of a component: a survey, a value from elsewhere, a sheet of another round, or its parts."""
    source = str(item.get("source") or ("composite" if has_parts else ""))
    where = f"{path}.source"
    if has_parts != (source == "composite"):
        findings.add(where, source, gettext("A component has either parts or a source of its own."))
    elif source.startswith(ELSEWHERE) and len(source) > len(ELSEWHERE):
        return _elsewhere(findings, path, item, source.removeprefix(ELSEWHERE))
    elif source not in (*SURVEYS, "composite", "sheet", "full"):
        known = ", ".join((*SURVEYS, *OTHERS))
        findings.add(where, source, gettext("Unknown source; known are: %(names)s.", names=known))
    _out_of_place(findings, path, item, source)
    return SourceRead(source, earlier=_earlier(findings, path, item) if source == "sheet" else None)


def _elsewhere(findings: Findings, path: str, item: Mapping[str, Any], code: str) -> SourceRead:
    """A value from elsewhere is out of its full marks; a rate is two values, and out of 100."""
    check_length(findings, f"{path}.source", code)
    divided_by = str(item.get("divided_by") or "")
    if not divided_by:
        full = number_in(findings, f"{path}.out_of", item.get("out_of"), low=0.01)
        _out_of_place(findings, path, item, "external")
        return SourceRead("external", code, full or 1.0)
    check_length(findings, f"{path}.divided_by", divided_by)
    if divided_by == code:
        findings.add(f"{path}.divided_by", divided_by, gettext("A rate divides by another value; name that one."))
    _out_of_place(findings, path, item, "rate")
    return SourceRead("external", code, 100.0, divided_by)


#: key of a leaf -> the sources that it belongs to, and what to say elsewhere
BELONGS = {
    "out_of": ("external",),
    "divided_by": ("rate",),
    "scheme": ("sheet",),
    "round": ("sheet",),
    "losses": ("full",),
    "question": SURVEYS,
    "points_table": SURVEYS,
    "minimum": SURVEYS,
}


def _out_of_place(findings: Findings, path: str, item: Mapping[str, Any], source: str) -> None:
    """A key that the source does not know would be ignored in silence; say so instead."""
    for key, sources in BELONGS.items():
        if key not in item or item[key] is None or source in sources or source not in (*SURVEYS, *_KNOWN):
            continue
        if key == "out_of":
            sentence = gettext("Only external values state what they are out of; an index is out of 100.")
        else:
            sentence = gettext("Leave this out: it says nothing about a component of this source.")
        findings.add(f"{path}.{key}", item[key], sentence)


_KNOWN = ("external", "rate", "sheet", "full", "composite")


def _earlier(findings: Findings, path: str, item: Mapping[str, Any]) -> EarlierSheet:
    found = EarlierSheet(str(item.get("scheme") or ""), str(item.get("round") or ""))
    for key, text in (("scheme", found.scheme), ("round", found.round)):
        if not text:
            findings.add(f"{path}.{key}", None, gettext("Name the scheme and the round whose frozen sheet counts."))
    return found


def read_measure(findings: Findings, path: str, item: Mapping[str, Any], source: str) -> str:
    """What of the answers counts: the index, or a share of levels in per cent."""
    measure = str(item.get("value") or MEASURES[0])
    where = f"{path}.value"
    if measure not in MEASURES:
        findings.add(where, measure, gettext("Choose one of: %(names)s.", names=", ".join(MEASURES)))
        return MEASURES[0]
    if measure != MEASURES[0] and source not in SURVEYS:
        findings.add(where, measure, gettext("Only answers have shares of levels; leave it out here."))
    if measure != MEASURES[0] and item.get("points_table"):
        findings.add(f"{path}.points_table", item["points_table"], gettext("A share of levels needs no points."))
    if measure == "bad" and not isinstance(item.get("convert"), dict):
        sentence = gettext(
            "More bad ratings must not bring more points: state the line, such as convert: {zero: 10, full: 0}."
        )
        findings.add(where, measure, sentence)
    return measure
