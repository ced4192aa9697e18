"""What became of the drawn cases: recorded singly, or many at once from a table."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import update

from survey.base import tables
from survey.base.errors import Fault, ImportFaults, NotFound, Refused
from survey.base.people import audit
from survey.base.store.database import session
from survey.sample import models, rules
from survey.sample.fieldwork.cases import every_case

DISPOSITION_NAMES = {
    "I": _("Complete"),
    "P": _("Partial"),
    "R": _("Refusal"),
    "NC": _("Non-contact"),
    "O": _("Other non-response"),
    "UO": _("No outcome yet"),
    "NE": _("Not eligible"),
}
#: words that a list of dispositions may use besides the letters
DISPOSITION_WORDS = {
    "完成": "I",
    "完整": "I",
    "complete": "I",
    "部分完成": "P",
    "partial": "P",
    "拒访": "R",
    "拒绝": "R",
    "refusal": "R",
    "联系不上": "NC",
    "未接触": "NC",
    "non-contact": "NC",
    "其他": "O",
    "other": "O",
    "未知": "UO",
    "尚无结果": "UO",
    "unknown": "UO",
    "不合格": "NE",
    "不符合条件": "NE",
    "not eligible": "NE",
}


def set_disposition(wave: models.WaveRow, invitation_id: int, letter: str) -> None:
    """Record what became of one case."""
    found = session().get(models.InvitationRow, invitation_id)
    if found is None or found.wave_id != wave.id:
        raise NotFound(gettext("This wave has no such case."))
    if remedy := _why_not(wave, found.active, found.answered, found.disposition, letter):
        raise Refused(gettext("The outcome of this case was not changed."), remedy=remedy)
    found.disposition = letter
    audit.record("case.disposition", wave.name)  # neither the case nor its outcome: the log is read by many


def _why_not(wave: models.WaveRow, active: bool, answered: bool, standing: str, letter: str) -> str:
    """Why an outcome cannot be recorded; empty if it can. Nobody's word makes an answer: only an answer does."""
    remedy: str = ""
    if letter not in rules.DISPOSITIONS:
        remedy = gettext("Use one of I, P, R, NC, O, UO, NE, or its word.")
    elif wave.state == "draft":
        remedy = gettext("Draw the wave first.")
    elif not active:
        remedy = gettext("This case waits in reserve; call it up first.")
    elif answered and letter != standing:
        remedy = gettext("This person has answered through the link; the answer stands.")
    elif letter in rules.RESPONDED and letter != standing:
        remedy = gettext("An interview is complete when its answers are stored: open the case's link and enter them.")
    return remedy


def import_dispositions(wave: models.WaveRow, data: bytes, *, dry_run: bool) -> int:
    """Record many outcomes from a table with the columns key and disposition, all or nothing; says how many change.

    Raises:
        ImportFaults: unknown or doubled keys, unknown outcomes, cases whose outcome cannot change.
    """
    table = tables.read(
        data,
        columns={
            "key": ("编号", "个案编号", "样本编号", "case_key"),
            "disposition": ("处置", "结果", "个案结果", "处置代码", "outcome"),
        },
        codes=("key", "disposition"),
    )
    known = {line.case_key: line for line in every_case(wave.id)}
    faults: list[Fault] = []
    changes: dict[str, str] = {}
    seen: set[str] = set()
    for row in table.rows:
        key, word = row.get("key"), row.get("disposition")
        letter = DISPOSITION_WORDS.get(word.casefold(), word.upper())
        line = known.get(key)
        if line is None:
            faults.append(row.fault("key", gettext("This wave has no such case; check the key.")))
        elif key in seen:
            faults.append(row.fault("key", gettext("This key comes twice; keep one line.")))
        elif remedy := _why_not(wave, line.active, line.answered, line.disposition, letter):
            faults.append(row.fault("disposition", remedy))
        elif line.disposition != letter:
            changes[key] = letter
        seen.add(key)
    if faults:
        raise ImportFaults(gettext("No outcome was recorded: please mend these places."), faults)
    if not dry_run:
        _record_many(wave, changes)
        audit.record("case.dispositions-imported", wave.name, cases=len(changes))
    return len(changes)


def record_answered(wave: models.WaveRow, letters: Mapping[str, str]) -> None:
    """Mark cases as answered whose answers were stored in the same transaction, by another way than their link.

    Args:
        wave: whose cases.
        letters: case key -> I (complete) or P (partial).
    """
    if not set(letters.values()) <= set(rules.RESPONDED):
        raise ValueError("only complete and partial are answers")
    _record_many(wave, letters, answered=True)


def _record_many(wave: models.WaveRow, changes: Mapping[str, str], *, answered: bool = False) -> None:
    invitation = models.InvitationRow
    for letter in rules.DISPOSITIONS:
        keys = [key for key, value in changes.items() if value == letter]
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            session().execute(
                update(invitation)
                .where(invitation.wave_id == wave.id, invitation.case_key.in_(some))
                .values(disposition=letter, answered=answered)
            )
