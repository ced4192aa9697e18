"""The door of `followup`: a bad rating at a counter is a case; the unit answers it in public."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask_babel import gettext
from sqlalchemy import select

from survey.base import clock, settings
from survey.base.errors import NotFound, Refused
from survey.base.people import audit
from survey.base.people.roles import Viewer
from survey.base.store.database import commit, session
from survey.base.web import languages
from survey.collect import service as collect
from survey.followup import cases as cases_
from survey.followup import rules
from survey.followup.cases import CaseFilter
from survey.followup.masking import masked
from survey.followup.models import CaseRow, ReplyRow
from survey.questions import service as questions

#: replies on one receipt
MOST_REPLIES = 20


@dataclass(frozen=True)
class Reply:
    """What a unit answered to a bad rating."""

    text: str
    day: date
    author: str


@dataclass(frozen=True)
class FollowUpCase:
    """A bad rating as those who deal with it read it: the month, not the day, and no person."""

    key: str
    unit_id: int
    window_id: int | None
    month: date
    #: the words of the level
    level: str
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


def replies_at(unit_id: int, window_id: int | None, day: date) -> list[Reply]:
    """What was answered to the bad ratings at a counter in the month of a day, the newest first, each text once.

    They stand on the receipt of every rating there, so that a receipt proves no level; replies to confidential cases
    stand on none.
    """
    keys = cases_.answered_at(unit_id, window_id, f"{day:%Y-%m}")
    texts: dict[str, Reply] = {}
    for reply in sorted(_replies(keys).values(), key=lambda reply: reply.day, reverse=True):
        texts.setdefault(reply.text, reply)
    return list(texts.values())[:MOST_REPLIES]


def _replies(keys: Iterable[str]) -> dict[str, Reply]:
    """The newest reply that was not taken back, for each answer that has one."""
    query = (
        select(ReplyRow)
        .where(ReplyRow.response_key.in_(list(keys)), ReplyRow.withdrawn_because == "")
        .order_by(ReplyRow.id)
    )
    return {row.response_key: Reply(row.text, row.day, row.author) for row in session().scalars(query)}


def bring_up_to_date() -> None:
    """Let the list of cases follow the answers: new ones come on it, those of removed answers leave it."""
    cases_.bring_up_to_date()


def cases(
    viewer: Viewer, *, state: str = "", unit_id: int | None = None, page: int = 1, size: int = 50
) -> tuple[list[FollowUpCase], int]:
    """One page of the cases that this person may read, newest month first, and how many there are in all.

    Args:
        state: "open" (no reply), "answered", or empty for both.
    """
    wanted = replace(_readable(viewer), state=state, unit_id=unit_id)
    return _opened(cases_.page_of(wanted, page, size), viewer), cases_.count(wanted)


def case(key: str, viewer: Viewer) -> FollowUpCase:
    """One case.

    Raises:
        NotFound: no such case, or none that this person may read.
    """
    rows = cases_.page_of(replace(_readable(viewer), key=key), 1, 1)
    if not rows:
        raise NotFound(gettext("There is no such case, or it is not yours to read."))
    return _opened(rows, viewer)[0]


def rates(viewer: Viewer) -> list[UnitRate]:
    """Cases and answered cases of each unit that has any."""
    return [UnitRate(*line) for line in sorted(cases_.by_unit(_readable(viewer)))]


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
    cases_.note_replies([key], answered=True)
    audit.record("case.replied", key, unit_id=found.unit_id)
    commit()


def reply_many(texts: Mapping[str, str], viewer: Viewer) -> None:
    """Answer many cases at once: key -> reply; for answers that were given outside this product.

    A text that is too short or too long answers nothing: its case stays open.
    """
    day, said = clock.today(), {key: text.strip() for key, text in texts.items() if rules.is_reply(text)}
    session().add_all(
        ReplyRow(response_key=key, text=text, day=day, author=viewer.username) for key, text in said.items()
    )
    session().flush()
    cases_.note_replies(said, answered=True)
    audit.record("cases.replied", gettext("%(n)s cases", n=len(said)))
    commit()


def take_back(key: str, reason: str, viewer: Viewer) -> None:
    """The office takes an unfit reply back, with a reason; the case is open again."""
    if len(reason.strip()) < rules.SHORTEST_REPLY:
        raise Refused(gettext("Give a reason of at least %(n)s characters.", n=rules.SHORTEST_REPLY))
    case(key, viewer)
    standing = session().scalars(select(ReplyRow).where(ReplyRow.response_key == key, ReplyRow.withdrawn_because == ""))
    for row in standing:
        row.withdrawn_because = reason.strip()[:500]
    cases_.note_replies([key], answered=False)
    audit.record("reply.taken-back", key, reason=reason)
    commit()


def _readable(viewer: Viewer) -> CaseFilter:
    """The cases that this person may read."""
    cases_.bring_up_to_date()
    if viewer.sees_all:
        return CaseFilter()
    floor = settings.present().floor_hidden
    answers = collect.counts_by_unit(cases_.counters())
    own = frozenset(unit for unit in viewer.unit_ids if rules.unit_may_read(answers.get(unit, 0), floor))
    return CaseFilter(unit_ids=own, sealed=False, arrived_by=clock.today())


def _opened(rows: Sequence[CaseRow], viewer: Viewer) -> list[FollowUpCase]:
    """Cases with their reasons and words; the rated read the words masked."""
    keys = [row.response_key for row in rows]
    names, language = questions.all_tags(), "en" if languages.is_english() else "zh"
    lines, answers = {line.key: line for line in collect.lines_of(keys)}, _replies(keys)
    return [
        FollowUpCase(
            key=row.response_key,
            unit_id=row.unit_id,
            window_id=row.window_id,
            month=date.fromisoformat(f"{row.month}-01"),
            level=questions.level_words(line.questionnaire, line.level, language),
            tags=tuple(names[tag].text(language) for tag in line.tags if tag in names),
            words=line.text if viewer.sees_all else masked(line.text),
            confidential=row.is_sealed,
            reply=answers.get(row.response_key),
        )
        for row in rows
        if (line := lines.get(row.response_key)) is not None
    ]
