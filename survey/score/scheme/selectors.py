"""Which answers a leaf counts: group of raters, wave, channel, form; a sentence for every fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from survey.estimate.service import Selector
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.score.scheme.read import Findings, number_in

KEYS = ("group", "wave", "channel", "form", "points_table")


def read_selector(findings: Findings, path: str, item: Mapping[str, Any], source: str) -> Selector | None:
    """The selector of a leaf; None where the leaf only names its source."""
    stated = [key for key in KEYS if key in item and key != "points_table"]
    if not stated:
        return None
    if source not in questions.SOURCES:
        sentence = gettext("Only indices select answers; leave %(keys)s out here.", keys=", ".join(stated))
        findings.add(path, source, sentence)
        return None
    waves = item.get("wave")
    shares = _shares(findings, f"{path}.wave", waves) if isinstance(waves, dict) else ()
    return Selector(
        source,
        groups=_texts(item.get("group")),
        collections=tuple(code for code, _share in shares) or _texts(waves),
        channels=_channels(findings, f"{path}.channel", item.get("channel")),
        form=_form(findings, f"{path}.form", item.get("form")),
        shares=shares,
    )


def read_points_table(findings: Findings, path: str, item: Mapping[str, Any]) -> str:
    """Points of a leaf's own; whether they fit its scale is seen when the scheme meets a round."""
    text = str(item.get("points_table") or "")
    fits = any(_fits(text, scale) for scale in questions.SCALES.values())
    if text and not fits:
        sentence = gettext("Write points from the best level to the worst, such as 100/80/60/30/0 or 100/70/30.")
        findings.add(f"{path}.points_table", text, sentence)
    return text


def _fits(text: str, scale: questions.Scale) -> bool:
    try:
        questions.PointsTable.parse(text, scale.levels)
    except questions.PointsFault:
        return False
    return True


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of them.

    >>> _texts("deputies"), _texts(["leaders", "peers"]), _texts(None)
    (('deputies',), ('leaders', 'peers'), ())
    """
    if value is None:
        return ()
    return tuple(str(each).strip() for each in value) if isinstance(value, list) else (str(value).strip(),)


def _shares(findings: Findings, path: str, waves: Mapping[Any, Any]) -> tuple[tuple[str, float], ...]:
    shares = tuple(
        (str(code), number_in(findings, f"{path}.{code}", share, high=100) or 0.0) for code, share in waves.items()
    )
    total = rounds.shares_fault(shares)
    if total is not None:
        sentence = gettext("The shares of the waves add up to %(given)s; they must add up to 100.", given=f"{total:g}")
        findings.add(path, f"{total:g}", sentence)
    return shares


def _channels(findings: Findings, path: str, value: object) -> tuple[int, ...]:
    texts = _texts(value)
    unknown = [text for text in texts if _channel(text) is None]
    if unknown:
        known = ", ".join(questions.CHANNEL_CODES)
        findings.add(path, ", ".join(unknown), gettext("Unknown channel; known are: %(names)s.", names=known))
    return tuple(number for text in texts if (number := _channel(text)) is not None)


def _channel(text: str) -> int | None:
    """
    >>> _channel("telephone"), _channel("3"), _channel("pigeon")
    (11, 3, None)
    """
    if text in questions.CHANNEL_CODES:
        return questions.CHANNEL_CODES[text]
    return int(text) if text.isdecimal() and int(text) in questions.CHANNELS else None


def _form(findings: Findings, path: str, value: object) -> str:
    code = "" if value is None else str(value)
    if code and code not in questions.newest():
        known = ", ".join(questions.newest())
        findings.add(path, code, gettext("Unknown form; known are: %(names)s.", names=known))
    return code
