"""The door of `score`: schemes, values from elsewhere, sheets and their freezing, keys of the feed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext

from survey.base import clock, settings
from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import SYSTEM, Viewer
from survey.base.store.database import commit, session
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.score.feed import keys
from survey.score.feed.keys import Key
from survey.score.ledger import changes
from survey.score.ledger.changes import ValueChange
from survey.score.scheme import versions
from survey.score.scheme.checks import check_scheme
from survey.score.scheme.scheme import Component, Scheme
from survey.score.sheet import fitting, freezing, intake, sheets, signing, values
from survey.score.sheet.intake import ExtraPlan, ValuePlan
from survey.score.sheet.making import Given, units_of
from survey.score.sheet.rules import said_conversion
from survey.score.sheet.sheet import ClassSheet, Line, Part, SheetContent
from survey.score.sheet.sheets import Sheet, SheetEntry
from survey.score.sheet.values import NewExtra, NewValue

__all__ = [
    "ClassSheet",
    "Component",
    "ExtraPlan",
    "Given",
    "Line",
    "NewExtra",
    "NewValue",
    "Part",
    "Scheme",
    "Sheet",
    "SheetContent",
    "SheetEntry",
    "ValuePlan",
    "add_scheme",
    "ask_to_freeze",
    "changes_by",
    "check_in_round",
    "check_scheme",
    "could_move",
    "feed_key",
    "feed_keys",
    "freeze",
    "frozen_sheets",
    "given",
    "import_extras",
    "import_values",
    "is_intact",
    "is_outdated",
    "make_feed_key",
    "make_sheet",
    "missing_values",
    "newest_scheme",
    "public_key",
    "public_key_pem",
    "remove_demo",
    "remove_draft",
    "revoke_feed_key",
    "said_conversion",
    "scheme",
    "scheme_text",
    "schemes_stored",
    "set_extras",
    "set_values",
    "sheet",
    "sheet_list",
    "shipped_schemes",
    "shipped_text",
    "signed_document",
    "units_of",
    "value_history",
    "verify_document",
    "withdraw_freezing",
]

schemes_stored = versions.stored
shipped_schemes = versions.shipped
shipped_text = versions.shipped_text
scheme_text = versions.text_of
given = values.given
feed_keys = keys.all_keys
verify_document = signing.verify
public_key = signing.own_public_key
public_key_pem = signing.own_public_key_pem
value_history = changes.history
could_move = freezing.could_move


def scheme(scheme_id: int) -> Scheme:
    """A stored scheme, read from its text."""
    return check_scheme(versions.text_of(scheme_id))


def newest_scheme(code: str) -> Scheme:
    """The newest stored version; a scheme that only ships with the product is read from there."""
    found = versions.newest(code)
    return check_scheme(found[1] if found else versions.shipped_text(code))


def add_scheme(text: str, *, viewer: Viewer = SYSTEM) -> int:
    """Check and store a scheme; returns its number.

    Raises:
        ImportFaults: one fault a wrong place.
        Refused: the version is stored with other words.
    """
    number, added = versions.store(text, viewer.username)
    audit.record("scheme.stored", f"{added.code} {added.version}", actor=viewer.username)
    commit()
    return number


def set_values(
    round_id: int, scheme_code: str, new: Iterable[NewValue], *, viewer: Viewer = SYSTEM, reason: str = ""
) -> int:
    """Store external values; each replaces the one before of the same unit, and each change stays on record."""
    round_, wanted = rounds.round_(round_id), list(new)
    found = changes.of_values(values.given(round_id, scheme_code), wanted)
    changes.note(round_id, scheme_code, found, viewer.username, reason)
    count = values.set_values(round_id, scheme_code, wanted)
    audit.record("score-values.set", scheme_code, round=round_.code, values=count)
    commit()
    return count


def set_extras(
    round_id: int, scheme_code: str, new: Iterable[NewExtra], *, viewer: Viewer = SYSTEM, reason: str = ""
) -> int:
    """Store entries in place of all before of this round and scheme; each that goes or comes stays on record."""
    round_, wanted = rounds.round_(round_id), list(new)
    found = changes.of_extras(values.given(round_id, scheme_code), wanted)
    changes.note(round_id, scheme_code, found, viewer.username, reason)
    count = values.set_extras(round_id, scheme_code, wanted)
    audit.record("score-extras.set", scheme_code, round=round_.code, entries=count)
    commit()
    return count


def import_values(round_id: int, scheme_code: str, data: bytes, *, dry_run: bool = False, **by: Any) -> ValuePlan:
    """External values from a table, all or nothing; `by` says who brings them and why, as `set_values` takes it."""
    plan = intake.read_values(newest_scheme(scheme_code), data)
    if not dry_run:
        set_values(round_id, scheme_code, plan.new, **by)
    return plan


def import_extras(round_id: int, scheme_code: str, data: bytes, *, dry_run: bool = False, **by: Any) -> ExtraPlan:
    """Bonuses and deductions from a table, all or nothing."""
    plan = intake.read_extras(newest_scheme(scheme_code), data)
    if not dry_run:
        set_extras(round_id, scheme_code, plan.new, **by)
    return plan


def changes_by(round_id: int, scheme_code: str, plan: ValuePlan | ExtraPlan) -> list[ValueChange]:
    """What storing a checked table would change."""
    before = values.given(round_id, scheme_code)
    if isinstance(plan, ValuePlan):
        return changes.of_values(before, plan.new)
    return changes.of_extras(before, plan.new)


def missing_values(round_id: int, scheme_code: str) -> dict[str, list[str]]:
    """Code of an external value -> names of the units that still lack it."""
    present = list(values.given(round_id, scheme_code).values)
    return intake.missing_values(newest_scheme(scheme_code), units_of(round_id), present)


def make_sheet(
    round_id: int,
    scheme_code: str,
    *,
    run_id: int | None = None,
    replaces_id: int | None = None,
    reason: str = "",
    viewer: Viewer = SYSTEM,
) -> int:
    """Score a round by the newest version of a scheme; returns the number of the draft.

    Args:
        run_id: the run of `estimate`; by default the round's newest.
        replaces_id: the frozen sheet that this one corrects; needs a reason.

    Raises:
        Refused: no indices yet, or a correction of a draft or without a reason.
    """
    found = versions.newest(scheme_code)
    text = found[1] if found else versions.shipped_text(scheme_code)
    wanted = check_scheme(text)
    run = fitting.run_for(round_id, wanted, run_id)
    sheets.check_correction(round_id, replaces_id, reason)
    judged = sheets.judge(round_id, wanted, run.id if run else None)
    scheme_id, checked = versions.store(text, viewer.username)
    order = sheets.Order(round_id, scheme_id, checked, run, replaces_id, reason.strip())
    number = sheets.make(order, judged, viewer.username)
    audit.record("sheet.made", str(number), actor=viewer.username, scheme=scheme_code, replaces=replaces_id)
    commit()
    return number


def check_in_round(text: str, round_id: int) -> Scheme:
    """Check a scheme, and what its leaves select against a round, before anything is computed.

    Raises:
        ImportFaults: one fault a wrong place.
    """
    wanted = check_scheme(text)
    fitting.require_round(wanted, round_id)
    return wanted


def sheet_list(viewer: Viewer = SYSTEM, round_id: int | None = None) -> list[SheetEntry]:
    """The sheets that this person may see, newest first."""
    return sheets.entries(viewer, round_id)


def frozen_sheets(viewer: Viewer = SYSTEM) -> list[SheetEntry]:
    """Frozen sheets, newest first."""
    return [entry for entry in sheets.entries(viewer) if entry.is_frozen]


def sheet(sheet_id: int, viewer: Viewer = SYSTEM) -> Sheet:
    """A sheet as this person may see it."""
    return sheets.sheet(sheet_id, viewer)


def ask_to_freeze(sheet_id: int, viewer: Viewer = SYSTEM, *, units_counted: int | None = None) -> None:
    """The first of two people wants a draft frozen; nothing changes until a second one confirms.

    Args:
        units_counted: how many units this person sees on the sheet, where they were asked to say so.

    Raises:
        Refused: frozen or asked for already, another number of units, values have changed since it was made, or answers
            without a decision could move it.
    """
    there = sum(1 for _ in fitting.checked(sheets.stored(sheet_id), scheme).lines())
    if units_counted is not None and units_counted != there:
        raise Refused(
            gettext("The sheet has %(n)s units, not %(m)s.", n=there, m=units_counted),
            remedy=gettext("Look at the sheet once more and count again."),
        )
    freezing.ask(sheet_id, viewer.username)
    audit.record("sheet.freeze-asked", str(sheet_id), actor=viewer.username)
    commit()


def withdraw_freezing(sheet_id: int, viewer: Viewer = SYSTEM) -> None:
    """The sheet is not to be frozen after all; it stays a draft."""
    freezing.withdraw(sheet_id)
    audit.record("sheet.freeze-withdrawn", str(sheet_id), actor=viewer.username)
    commit()


def freeze(sheet_id: int, viewer: Viewer = SYSTEM) -> Sheet:
    """The second person confirms: the draft is sealed, and from then on nobody can change it.

    Raises:
        Refused: frozen already, nobody asked or this person did, its values have changed since it was made, or answers
            without a decision could move it.
    """
    row = sheets.stored(sheet_id)
    try:
        content = fitting.checked(row, scheme)
    except Refused:
        if freezing.lapse(sheet_id):
            audit.record("sheet.freeze-withdrawn", str(sheet_id), actor=viewer.username)
            commit()
        raise
    first = freezing.confirm(sheet_id, viewer.username)
    sheets.seal(row, content, viewer.username, first, settings.present().instance)
    audit.record("sheet.frozen", str(sheet_id), actor=viewer.username, sha256=row.sha256)
    commit()
    return sheets.sheet(sheet_id, viewer)


def is_outdated(entry: SheetEntry) -> bool:
    """Whether the round has been computed again since a sheet was made."""
    newest = estimate.latest_run(entry.round_id)
    return newest is not None and entry.run_id is not None and newest.id > entry.run_id


def remove_draft(sheet_id: int, viewer: Viewer = SYSTEM) -> None:
    """Throw a draft away."""
    row = sheets.stored(sheet_id)
    if row.frozen_at is not None:
        raise Refused(gettext("A frozen sheet stays."), remedy=gettext("Make a correction that names it instead."))
    session().delete(row)
    audit.record("sheet.removed", str(sheet_id), actor=viewer.username)
    commit()


def remove_demo(round_id: int) -> int:
    """Take a round's demonstration sheets and values away while the mark 演示数据 stands; returns the sheets gone."""
    gone = sheets.remove_demo(round_id)
    audit.record("sheets.demo-removed", rounds.round_(round_id).code, sheets=gone)
    commit()
    return gone


def signed_document(sheet_id: int) -> str:
    """The signed file of a frozen sheet."""
    row = sheets.stored(sheet_id)
    return signing.signed_document(row.content, sheets.seal_of(row))


def is_intact(sheet_id: int) -> bool:
    """Whether a frozen sheet still is what was sealed."""
    row = sheets.stored(sheet_id)
    return signing.is_sealed(row.content, sheets.seal_of(row))


def make_feed_key(name: str, viewer: Viewer = SYSTEM) -> str:
    """A new key; the secret is returned this once."""
    key, secret = keys.make(name, viewer.username)
    audit.record("feed-key.made", key.name, actor=viewer.username, prefix=key.prefix)
    commit()
    return secret


def revoke_feed_key(key_id: int, viewer: Viewer = SYSTEM) -> None:
    """End a key."""
    key = keys.revoke(key_id)
    audit.record("feed-key.revoked", key.name, actor=viewer.username, prefix=key.prefix)
    commit()


def feed_key(secret: str) -> Key | None:
    """The valid key with this secret, its use noted for today."""
    key = keys.find(secret)
    if key is not None:
        keys.mark_use(key, clock.today())
    return key
