"""Forms of `units`."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from survey.questions import service as questions
from survey.units import service

CODE = [
    DataRequired(_("Enter a code.")),
    Regexp(r"^[\w.-]{1,32}$", message=_("Use 1 to 32 letters, digits, dots or dashes.")),
]
NAME = [DataRequired(_("Enter a name.")), Length(1, 100, _("Use at most %(max)d characters."))]


def form_names() -> dict[str, str]:
    """Forms made for counters: code -> code and title, as a reader of this page says it."""
    language = str(get_locale())
    return {code: f"{code} {form.title(language)}" for code, form in questions.for_use("counter").items()}


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
    questionnaire = SelectField(_("Questionnaire"))
    active = BooleanField(_("Is in service"), default=True)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.questionnaire.choices = list(form_names().items())


class NewWindowForm(WindowForm):
    code = StringField(_("Code"), CODE, description=_("It names the counter in every import and cannot be changed."))


class MoveCodeForm(FlaskForm):
    code = StringField(_("Code of a poster that has moved here"), [DataRequired(_("Enter the code of the poster."))])


class UnitsFileForm(FlaskForm):
    file = FileField(
        _("File"),
        [FileRequired(_("Choose a file."))],
        description=_("CSV in UTF-8 or GBK, or XLSX. Nothing is stored before you confirm."),
    )
