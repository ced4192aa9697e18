"""Forms of the staff's pages."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Length, Optional

from survey.collect.service import ImportChoice
from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.units import service as units

OWN = "own"


class RatingsForm(FlaskForm):
    """A file of ratings and how to read it."""

    file = FileField(_("File"), [FileRequired(_("Choose a CSV or XLSX file."))])
    form = SelectField(_("Questionnaire"), default="W1", description=_("Whose overall question was asked."))
    mapping = SelectField(_("Which words mean which level"), default="words")
    pairs = StringField(
        _("Own mapping"),
        [Length(0, 500, _("Use at most %(max)d characters."))],
        description=_("Only with “own mapping”: pairs such as Low=1, Medium=3, High=5."),
    )
    source = SelectField(_("Source"), default="import")
    group = SelectField(_("Group of raters"), default="", description=_("For lines that name none."))
    unit_code = SelectField(_("Unit"), default="", description=_("For lines that name neither a unit nor a counter."))
    day = DateField(_("Day"), [Optional()], description=_("For lines that name none; today if it is left empty."))
    level_column = StringField(_("Column with the level"), description=_("Only if it has another heading than 满意度."))
    unit_column = StringField(_("Column with the unit"), description=_("Only if it has another heading than 单位代码."))
    stratum_column = StringField(_("Column with the stratum"), description=_("Only if it has another heading than 层."))
    group_column = StringField(_("Column with the group"), description=_("Only if it has another heading than 群体."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        language = str(get_locale())
        forms = {code: form for code, form in sorted(questions.newest().items()) if form.scale}
        self.form.choices = [(code, f"{code} {form.title(language)}") for code, form in forms.items()]
        self.mapping.choices = [*questions.MAPPING_NAMES.items(), (OWN, _("Own mapping"))]
        self.source.choices = [(kind, questions.SOURCE_NAMES[kind]) for kind in ("import", "counter")]
        groups = rounds.groups().values()
        self.group.choices = [("", _("None")), *((group.code, group.name.said(language)) for group in groups)]
        self.unit_code.choices = [("", _("None")), *((u.code, f"{u.code} {u.name}") for u in units.units())]

    def choice(self) -> ImportChoice:
        """What was decided, as plain values."""
        columns = {
            "level": self.level_column.data,
            "unit": self.unit_column.data,
            "stratum": self.stratum_column.data,
            "group": self.group_column.data,
        }
        return ImportChoice(
            mapping=self.pairs.data if self.mapping.data == OWN else self.mapping.data,
            columns={name: (heading or "").strip() for name, heading in columns.items() if (heading or "").strip()},
            unit_code=self.unit_code.data,
            kind=self.source.data,
            form=self.form.data,
            group=self.group.data,
            day=self.day.data,
        )
