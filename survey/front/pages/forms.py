"""Forms of the house's own pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, EqualTo, Length, Regexp

from survey.base.people.accounts import ROLE_NAMES
from survey.base.people.passwords import LONGEST, SHORTEST
from survey.base.people.roles import Role
from survey.units import service as units

#: what a browser may fill in
USERNAME, CURRENT, FRESH = ({"autocomplete": what} for what in ("username", "current-password", "new-password"))
CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


class SignInForm(FlaskForm):
    username = StringField(_("User name"), [DataRequired(_("Enter your user name."))], render_kw=USERNAME)
    password = PasswordField(_("Password"), [DataRequired(_("Enter your password."))], render_kw=CURRENT)


class CodeForm(FlaskForm):
    code = StringField(
        _("Security code"),
        [DataRequired(_("Enter the code."))],
        render_kw={**CODE, "autofocus": True},
        description=_("Six digits from your authenticator. Without the telephone: one of your recovery codes."),
    )


class PasswordForm(FlaskForm):
    old = PasswordField(_("Present password"), [DataRequired(_("Enter your present password."))], render_kw=CURRENT)
    new = PasswordField(
        _("New password"),
        [
            Length(SHORTEST, LONGEST, _("Choose %(min)d to %(max)d characters.")),
            EqualTo("again", _("The two do not agree.")),
        ],
        render_kw=FRESH,
        description=_(
            "At least %(n)s characters, best several words that do not belong together. Blanks and Chinese are "
            "welcome; nobody asks for digits or signs.",
            n=SHORTEST,
        ),
    )
    again = PasswordField(_("New password again"), render_kw=FRESH)


class SetUpForm(FlaskForm):
    """A new second factor."""

    proposed = HiddenField()
    password = PasswordField(_("Password"), [DataRequired(_("Enter your password."))], render_kw=CURRENT)
    code = StringField(
        _("Security code"),
        [DataRequired(_("Enter the code."))],
        render_kw={**CODE, "inputmode": "numeric"},
        description=_("The six digits that the authenticator shows now."),
    )


class FactorForm(FlaskForm):
    """What can be done with a second factor that is there."""

    password = PasswordField(_("Password"), [DataRequired(_("Enter your password."))], render_kw=CURRENT)


class AccountForm(FlaskForm):
    name = StringField(_("Name"), [Length(0, 64, _("Use at most %(max)d characters."))])
    roles = SelectMultipleField(_("Roles"), [DataRequired(_("Choose at least one role."))])
    units = SelectMultipleField(
        _("Units"), coerce=int, description=_("For unit managers and follow-up staff: what they see.")
    )
    active = BooleanField(_("May sign in"), default=True)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = [(str(role), name) for role, name in ROLE_NAMES.items()]
        self.units.choices = [(unit.id, f"{unit.code} {unit.name}") for unit in units.units()]

    def chosen_roles(self) -> list[Role]:
        return [Role(role) for role in self.roles.data]


class NewAccountForm(AccountForm):
    username = StringField(
        _("User name"),
        [
            DataRequired(_("Enter a user name.")),
            Regexp(
                r"^[A-Za-z0-9_.-]{2,64}$",
                message=_("Use 2 to 64 letters, digits, dots, dashes or underscores."),
            ),
        ],
    )
