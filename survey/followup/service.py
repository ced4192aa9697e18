"""The door of `followup`: a bad rating at a counter is a case; the unit answers it in public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import current_app
from flask_babel import get_locale, gettext
from sqlalchemy import select

from survey.base import clock
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Viewer
from survey.base.store.database import commit, session
from survey.collect import service as collect
from survey.followup import rules
from survey.followup.models import ReplyRow


@dataclass(frozen=True)
class Reply:
    """What a unit answered to a bad rating."""

    text: str
    day: date
    author: str


@dataclass(frozen=True)
class Case:
    """A bad rating as those who deal with it read it: the month, not the day, and no person."""

    key: str
    unit_id: int
    window_id: int | None
    month: date
    level: int
    tags: tuple[str, ...]
    words: str
    #: speaks of fees, favours or pressed ratings: only the office reads it
    confidential: bool
    reply: Reply | None


@dataclass(frozen=True)
class UnitRate:
    """How many of a unit's cases have been answered."""

    unit_id: int
    cases: int
    answered: int


def reply_for(key: str) -> Reply | None:
    """The reply that stands for an answer."""
    return replies([key]).get(key)


def replies(keys: Iterable[str]) -> dict[str, Reply]:
    """The newest reply that was not taken back, for each answer that has one."""
    query = (
        select(ReplyRow)
        .where(ReplyRow.response_key.in_(list(keys)), ReplyRow.withdrawn_because == "")
        .order_by(ReplyRow.id)
    )
    return {row.response_key: Reply(row.text, row.day, row.author) for row in session().scalars(query)}


def is_case(key: str) -> bool:
    """Does this answer wait for, or have, a reply?"""
    return bool(collect.low_ratings(rules.BAD_LEVELS, key=key))


def cases(
    viewer: Viewer, *, state: str = "", unit_id: int | None = None, page: int = 1, size: int = 50
) -> tuple[list[Case], int]:
    """One page of the cases that this person may read, newest month first, and how many there are in all.

    Args:
        state: "open" (no reply), "answered", or empty for both.
    """
    lines = [line for line in _readable(viewer) if unit_id in (None, line.unit_id)]
    if state:
        answered = _answered()
        lines = [line for line in lines if (line.key in answered) == (state == "answered")]
    # inside a month in the order of the random key, so that the place in the list does not tell the day
    lines.sort(key=lambda line: (-line.day.year, -line.day.month, line.key))
    chosen = lines[(page - 1) * size : page * size]
    return _opened(chosen), len(lines)


def case(key: str, viewer: Viewer) -> Case:
    """One case.

    Raises:
        NotFound: no such case, or none that this person may read.
    """
    line = next(iter(_readable(viewer, key=key)), None)
    if line is None:
        raise NotFound(gettext("There is no such case, or it is not yours to read."))
    return _opened([line])[0]


def rates(viewer: Viewer) -> list[UnitRate]:
    """Cases and answered cases of each unit that has any."""
    answered = _answered()
    counts: dict[int, list[int]] = {}
    for line in _readable(viewer):
        pair = counts.setdefault(line.unit_id, [0, 0])
        pair[0] += 1
        pair[1] += line.key in answered
    return [UnitRate(unit_id, *pair) for unit_id, pair in sorted(counts.items())]


def reply(key: str, text: str, viewer: Viewer) -> None:
    """Answer a case in public; an earlier reply stays in the record, the newest is shown.

    Raises:
        NotFound: not a case of this person's.
        Refused: too short or too long.
    """
    found = case(key, viewer)
    if not rules.is_reply(text):
        raise Refused(gettext("A reply has %(n)s to %(m)s characters.", n=rules.SHORTEST_REPLY, m=rules.LONGEST_REPLY))
    session().add(ReplyRow(response_key=found.key, text=text.strip(), day=clock.today(), author=viewer.username))
    audit.record("case.replied", key, unit_id=found.unit_id)
    commit()


def reply_many(texts: Mapping[str, str], viewer: Viewer) -> None:
    """Answer many cases at once: key -> reply; for answers that were given outside this product."""
    day = clock.today()
    session().add_all(
        ReplyRow(response_key=key, text=text.strip(), day=day, author=viewer.username)
        for key, text in texts.items()
        if rules.is_reply(text)
    )
    audit.record("cases.replied", gettext("%(n)s cases", n=len(texts)))
    commit()


def take_back(key: str, reason: str, viewer: Viewer) -> None:
    """The office takes an unfit reply back, with a reason; the case is open again."""
    if len(reason.strip()) < rules.SHORTEST_REPLY:
        raise Refused(gettext("Give a reason of at least %(n)s characters.", n=rules.SHORTEST_REPLY))
    case(key, viewer)
    standing = session().scalars(select(ReplyRow).where(ReplyRow.response_key == key, ReplyRow.withdrawn_because == ""))
    for row in standing:
        row.withdrawn_because = reason.strip()[:500]
    audit.record("reply.taken-back", key, reason=reason)
    commit()


def _readable(viewer: Viewer, *, key: str = "") -> list[collect.LowRating]:
    """The bad ratings that this person may read."""
    if viewer.sees_all:
        return collect.low_ratings(rules.BAD_LEVELS, key=key)
    floor = current_app.extensions["settings"].floor_hidden
    answers = collect.counts_by_unit(viewer.unit_ids)
    sealed = collect.sealed_keys(viewer.unit_ids)
    return [
        line
        for line in collect.low_ratings(rules.BAD_LEVELS, viewer.unit_ids, key=key)
        if rules.unit_may_read(answers.get(line.unit_id, 0), floor, confidential=line.key in sealed)
    ]


def _answered() -> set[str]:
    query = select(ReplyRow.response_key).where(ReplyRow.withdrawn_because == "")
    return set(session().scalars(query))


def _opened(lines: Sequence[collect.LowRating]) -> list[Case]:
    """Cases with their reasons and words."""
    keys = [line.key for line in lines]
    names, language = collect.all_tags(), "en" if str(get_locale()) == "en" else "zh"
    tags, texts, answers = collect.tags_of(keys), collect.texts_of(keys), replies(keys)
    return [
        Case(
            key=line.key,
            unit_id=line.unit_id,
            window_id=line.window_id,
            month=line.day.replace(day=1),
            level=line.level,
            tags=tuple(names[tag].text(language) for tag in tags.get(line.key, ()) if tag in names),
            words="\n".join(texts.get(line.key, {}).values()),
            confidential=any(
                names[tag].confidential or names[tag].integrity for tag in tags.get(line.key, ()) if tag in names
            ),
            reply=answers.get(line.key),
        )
        for line in lines
    ]
