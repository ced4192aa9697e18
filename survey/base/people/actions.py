"""What the codes of the audit log mean to a reader. The log itself keeps the codes: words change, records do not."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

NAMES: dict[str, Any] = {
    "answer.decided": _("Proposal about an answer decided"),
    "answer.proposed": _("Release or exclusion of an answer proposed"),
    "answers.held": _("Answers held for review"),
    "answers.hold-proposed": _("Holding of answers proposed"),
    "case.disposition": _("Outcome of a drawn case recorded"),
    "case.dispositions-imported": _("Outcomes of drawn cases imported"),
    "case.replied": _("Bad rating answered"),
    "caseload.imported": _("Caseload imported"),
    "caseload.set": _("Caseload stored"),
    "cases.replied": _("Bad ratings answered"),
    "class.added": _("Class added"),
    "class.changed": _("Class changed"),
    "class.removed": _("Class removed"),
    "code.issued": _("Code issued"),
    "code.moved": _("Code moved to another counter"),
    "code.replaced": _("Code replaced"),
    "code.revoked": _("Code revoked"),
    "codes.issued": _("Codes issued"),
    "collection.added": _("Collection added"),
    "counter.changed": _("Counter changed"),
    "counters.added": _("Counters added"),
    "counters.imported": _("Counters imported"),
    "example.loaded": _("Worked example loaded"),
    "example.removed": _("Worked example removed"),
    "feed-key.made": _("Feed key made"),
    "feed-key.revoked": _("Feed key revoked"),
    "frame.added": _("Frame stored"),
    "frame.contacts-forgotten": _("Contact details of a frame deleted"),
    "frame.removed": _("Frame removed"),
    "group.added": _("Group of raters added"),
    "password.changed": _("Password changed"),
    "person.added": _("Person added"),
    "person.changed": _("Person changed"),
    "ratings.imported": _("Ratings imported"),
    "reply.taken-back": _("Reply taken back"),
    "round.added": _("Round added"),
    "round.changed": _("Round changed"),
    "round.computed": _("Indices computed"),
    "round.released": _("Indices released to the rated units"),
    "scheme.stored": _("Scheme stored"),
    "score-extras.set": _("Bonuses and deductions stored"),
    "score-values.set": _("Values from elsewhere stored"),
    "sheet.freeze-asked": _("Freezing of a score sheet asked for"),
    "sheet.freeze-withdrawn": _("Freezing of a score sheet no longer asked for"),
    "sheet.frozen": _("Score sheet frozen"),
    "sheet.made": _("Score sheet made"),
    "sheet.removed": _("Draft of a score sheet removed"),
    "sheets.demo-removed": _("Simulated score sheets removed"),
    "sign-in": _("Signed in"),
    "sign-in.failed": _("Sign-in failed"),
    "unit.changed": _("Unit changed"),
    "units.added": _("Units added"),
    "units.imported": _("Units imported"),
    "wave.added": _("Wave made"),
    "wave.closed": _("Wave closed"),
    "wave.design-locked": _("Design of a wave locked"),
    "wave.downloaded": _("Links or letters of a wave downloaded"),
    "wave.drawn": _("Sample drawn"),
    "wave.opened": _("Wave opened"),
    "wave.removed": _("Wave removed"),
    "wave.reserve-called": _("Reserve cases called up"),
}


def name(action: str) -> str:
    """The words for a code; an unknown one is shown as it is."""
    return str(NAMES.get(action, action))
