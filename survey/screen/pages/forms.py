"""Forms of the decision desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from survey.screen.rules import SHORTEST_REASON


class ReasonForm(FlaskForm):
    """Why an answer is held, released or excluded; the citizen reads it on the receipt's page."""

    reason = StringField(
        _("Reason"),
        [
            DataRequired(_("Give a reason.")),
            Length(SHORTEST_REASON, 500, _("Give a reason of %(min)d to %(max)d characters.")),
        ],
        description=_("Whoever gave the answer reads it on the receipt's page."),
    )
