"""Forms of `units`."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, Field, SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from survey.units import service

CODE = [
    DataRequired(_("Enter a code.")),
    Regexp(r"^[\w.-]{1,32}$", message=_("Use 1 to 32 letters, digits, dots or dashes.")),
]
NAME = [DataRequired(_("Enter a name.")), Length(1, 100, _("Use at most %(max)d characters."))]
QUESTIONNAIRES = {
    "W1": _("W1 one overall question"),
    "W5": _("W5 one question per category"),
    "W13": _("W13 the whole form"),
}


class UnitForm(FlaskForm):
    name = StringField(_("Name of the unit"), NAME)
    class_code = SelectField(_("Class"), default="", description=_("Units are ranked inside their class only."))
    parent_id = SelectField(_("Belongs to"), coerce=int, default=0)
    active = BooleanField(_("Is appraised"), default=True)

    def __init__(self, *args: object, unit_id: int = 0, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.class_code.choices = [("", _("None")), *((c.code, f"{c.code} {c.name}") for c in service.classes())]
        others = [unit for unit in service.units(active_only=False) if unit.id != unit_id]
        self.parent_id.choices = [(0, _("None")), *((unit.id, f"{unit.code} {unit.name}") for unit in others)]


class NewUnitForm(UnitForm):
    code = StringField(_("Code"), CODE, description=_("It names the unit in every import and cannot be changed."))


class ClassForm(FlaskForm):
    name = StringField(_("Name of the class"), NAME)


class NewClassForm(ClassForm):
    code = StringField(_("Code"), CODE, description=_("Schemes name classes by it."))


class WindowForm(FlaskForm):
    name = StringField(
        _("Name of the counter"), NAME, description=_("As citizens know it; it stands on the form and the poster.")
    )
    questionnaire = SelectField(_("Questionnaire"), choices=list(QUESTIONNAIRES.items()))
    active = BooleanField(_("Is in service"), default=True)


class NewWindowForm(WindowForm):
    code = StringField(_("Code"), CODE, description=_("It names the counter in every import and cannot be changed."))


class MoveCodeForm(FlaskForm):
    code = StringField(_("Code of a poster that has moved here"), [DataRequired(_("Enter the code of the poster."))])


class RoundForm(FlaskForm):
    name = StringField(_("Name of the round"), NAME)
    opens_on = DateField(_("First day"), [DataRequired(_("Choose the first day."))])
    closes_on = DateField(_("Last day"), [DataRequired(_("Choose the last day."))])
    closed = BooleanField(_("Round closed"), description=_("A closed round takes no more ratings, whatever the day."))

    def validate_closes_on(self, field: Field) -> None:
        first: date | None = self.opens_on.data
        if first and field.data and field.data < first:
            raise ValidationError(_("Choose a last day that is not before the first."))


class NewRoundForm(RoundForm):
    code = StringField(_("Code"), CODE, description=_("Short, for example 2026H1."))


class UploadForm(FlaskForm):
    file = FileField(
        _("File"),
        [FileRequired(_("Choose a file."))],
        description=_("CSV in UTF-8 or GBK, or XLSX. Nothing is stored before you confirm."),
    )
