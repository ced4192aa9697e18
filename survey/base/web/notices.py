"""Every sentence a citizen may read when something is not as usual, in one place.

Each says three things: what happened, what was kept, what to do next. A house rule holds them to a Chinese wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Notice:
    """What happened, what was kept, what to do."""

    title: Any
    kept: Any
    next: Any


NOTICES: dict[str, Notice] = {
    "no_such_page": Notice(
        _("This page does not exist."),
        _("Nothing you sent before has been lost."),
        _("Scan the code at the counter again, or check the address."),
    ),
    "no_such_code": Notice(
        _("We do not know this code."),
        _("Nothing has been stored yet."),
        _("Scan the code at the counter again. If it still fails, tell the service desk: the code may be damaged."),
    ),
    "form_too_old": Notice(
        _("This form was open for too long."),
        _("Your rating has not been stored yet."),
        _("Open the form again and send it once more."),
    ),
    "form_changed": Notice(
        _("This form has been changed on the way, so we cannot accept it."),
        _("Your rating has not been stored yet."),
        _("Scan the code again and send the new form."),
    ),
    "choose_level": Notice(
        _("Please choose one of the answers."),
        _("What you wrote is still in the form."),
        _("Choose an answer and send it again."),
    ),
    "unknown_answer": Notice(
        _("One of the answers does not belong to this form."),
        _("Nothing has been stored yet."),
        _("Scan the code again and send the new form."),
    ),
    "too_long": Notice(
        _("Your words are too long."),
        _("Nothing has been stored yet; go back and your words are still there."),
        _("Shorten them and send again."),
    ),
    "busy": Notice(
        _("Your rating could not be stored just now."),
        _("Go back: your form is still filled in."),
        _("Send it again in a minute. Sending twice counts once."),
    ),
    "no_such_receipt": Notice(
        _("We find no rating for this receipt."),
        _("Your rating is not affected by this."),
        _("Check each character. Receipts are short; a mistyped one is recognised as such."),
    ),
    "mistyped_receipt": Notice(
        _("This receipt has a mistyped character."),
        _("Your rating is not affected by this."),
        _("Compare it with your thank-you page and type it again."),
    ),
    "no_such_link": Notice(
        _("This personal link is not valid."),
        _("Nothing has been stored through it."),
        _("Check that the whole link was opened, or scan the code in your letter."),
    ),
    "wave_closed": Notice(
        _("This survey has ended."),
        _("Answers that arrived in time have been counted."),
        _("You need not do anything. Thank you for your interest."),
    ),
    "already_answered": Notice(
        _("This personal link has already been used."),
        _("The first answer is stored and counts once."),
        _("You need not do anything."),
    ),
    "too_large": Notice(
        _("What was sent is too large."),
        _("Nothing has been stored."),
        _("Send less text, or split the file."),
    ),
    "not_allowed": Notice(
        _("This page cannot be used in this way."),
        _("Nothing has been changed."),
        _("Go back to the page before and use its buttons."),
    ),
    "fault": Notice(
        _("Something went wrong on our side."),
        _("Whatever was confirmed to you before is safely stored."),
        _("Try again in a minute. If it happens again, tell the appraisal office the time shown here."),
    ),
}
