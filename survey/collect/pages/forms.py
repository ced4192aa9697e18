"""Forms of the staff's pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from survey.collect.intake.ratings import MAPPING_NAMES, ImportChoice
from survey.units import service as units

OWN = "own"
SOURCE_NAMES = {
    "counter": _("Counter ratings"),
    "poll": _("Sample survey"),
    "panel": _("Panel"),
    "import": _("Import"),
}


class UploadForm(FlaskForm):
    """A file of ratings and how to read it."""

    file = FileField(_("File"), [FileRequired(_("Choose a CSV or XLSX file."))])
    round_id = SelectField(_("Round"), [DataRequired(_("Choose a round."))], coerce=int)
    mapping = SelectField(_("Which words mean which level"), default="words")
    pairs = StringField(
        _("Own mapping"),
        [Length(0, 500, _("Use at most %(max)d characters."))],
        description=_("Only with “own mapping”: pairs such as Low=1, Medium=3, High=5."),
    )
    source = SelectField(_("Source"), default="import")
    unit_code = SelectField(_("Unit"), default="", description=_("For lines that name neither a unit nor a counter."))
    level_column = StringField(_("Column with the level"), description=_("Only if it has another heading than 满意度."))
    unit_column = StringField(_("Column with the unit"), description=_("Only if it has another heading than 单位代码."))
    stratum_column = StringField(_("Column with the stratum"), description=_("Only if it has another heading than 层."))
    group_column = StringField(_("Column with the group"), description=_("Only if it has another heading than 群体."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.round_id.choices = [(r.id, f"{r.code} {r.name}") for r in units.rounds() if not r.closed]
        self.mapping.choices = [*MAPPING_NAMES.items(), (OWN, _("Own mapping"))]
        self.source.choices = [("import", SOURCE_NAMES["import"]), ("counter", SOURCE_NAMES["counter"])]
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
            round_id=self.round_id.data,
            mapping=self.pairs.data if self.mapping.data == OWN else self.mapping.data,
            columns={name: (heading or "").strip() for name, heading in columns.items() if (heading or "").strip()},
            unit_code=self.unit_code.data,
            source=self.source.data,
        )
