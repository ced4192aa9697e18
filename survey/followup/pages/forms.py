"""Forms of the reply desk."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from survey.followup.rules import LONGEST_REPLY, SHORTEST_REPLY


class ReplyForm(FlaskForm):
    text = TextAreaField(
        _("Reply"),
        [
            DataRequired(_("Write a reply.")),
            Length(SHORTEST_REPLY, LONGEST_REPLY, _("Write %(min)d to %(max)d characters.")),
        ],
        description=_(
            "Everybody who rated at this counter in the same month reads it with the receipt. Say what was wrong and "
            "what has been done; name nobody."
        ),
        render_kw={"rows": 4},
    )


class TakeBackForm(FlaskForm):
    reason = StringField(
        _("Reason"),
        [
            DataRequired(_("Give a reason.")),
            Length(SHORTEST_REPLY, 500, _("Give a reason of %(min)d to %(max)d characters.")),
        ],
    )
