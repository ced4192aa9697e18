"""Forms of the room `sample`."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    DateField,
    FieldList,
    FloatField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError

from survey.questions import service as questions
from survey.rounds import service as rounds
from survey.sample import service
from survey.sample.pages.columns import form_name
from survey.sample.rules import LONGEST_SEED
from survey.units import service as units

#: most stratum columns that are worth keeping
MOST_COLUMNS = 6
KINDS = {"poll": _("Poll: a drawn sample"), "panel": _("Panel: everybody on the list")}
METHODS = {
    "proportional": _("Proportional to the size of the stratum"),
    "neyman": _("Neyman: by size and spread"),
}
ROLES = {
    "omit": _("Leave out"),
    "key": _("Case key"),
    "stratum": _("Stratum"),
    "name": _("Name (encrypted)"),
    "phone": _("Telephone (encrypted)"),
    "address": _("Address (encrypted)"),
}


def _options(names: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(names.items())


class SampleFileForm(FlaskForm):
    file = FileField(
        _("File"),
        [FileRequired(_("Choose a file."))],
        description=_("CSV (UTF-8 or GBK) or XLSX with one heading line."),
    )


class FrameForm(FlaskForm):
    name = StringField(_("Name of the frame"), [DataRequired(_("Give the frame a name.")), Length(max=100)])
    supplied_by = StringField(
        _("Supplied by"),
        [DataRequired(_("Say who supplied the list.")), Length(max=200)],
        description=_("The list must not come from a body that is appraised with it."),
    )
    supplied_on = DateField(_("Supplied on"), [DataRequired(_("Enter the day the list was handed over."))])
    note = TextAreaField(
        _("How the list was made"),
        [Length(max=2000)],
        description=_("Which register, which period, who was left out and why."),
    )
    roles = FieldList(SelectField())

    def __init__(self, *args: Any, headings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings = headings
        while len(self.roles.entries) < len(headings):
            self.roles.append_entry(service.guess_role(headings[len(self.roles.entries)]))
        for entry in self.roles.entries:
            entry.choices = _options(ROLES)

    def validate_name(self, field: StringField) -> None:
        if field.data.strip() in {frame.name for frame in service.frames()}:
            raise ValidationError(gettext("Choose another name: there is a frame of this name."))

    def validate_roles(self, field: FieldList) -> None:
        chosen = field.data[: len(self.headings)]
        if chosen.count("key") != 1:
            raise ValidationError(gettext("Choose exactly one column as the key."))
        for role in ("name", "phone", "address"):
            if chosen.count(role) > 1:
                raise ValidationError(gettext("Choose each kind of contact detail once."))
        if chosen.count("stratum") > MOST_COLUMNS:
            raise ValidationError(gettext("Choose at most %(n)s stratum columns.", n=MOST_COLUMNS))

    def source(self) -> service.FrameSource:
        pairs = list(zip(self.headings, self.roles.data, strict=False))
        return service.FrameSource(
            name=self.name.data.strip(),
            supplied_by=self.supplied_by.data.strip(),
            supplied_on=self.supplied_on.data,
            note=(self.note.data or "").strip(),
            key_column=next(heading for heading, role in pairs if role == "key"),
            columns=tuple(heading for heading, role in pairs if role == "stratum"),
            contacts={role: heading for heading, role in pairs if role in ("name", "phone", "address")},
        )


class WaveForm(FlaskForm):
    name = StringField(_("Name of the wave"), [DataRequired(_("Give the wave a name.")), Length(max=100)])
    frame_id = SelectField(_("Frame"), coerce=int)
    kind = SelectField(_("Kind"))
    questionnaire = SelectField(_("Questionnaire"))
    group = SelectField(_("Group of raters"), default="")
    opens_on = DateField(_("First day"), [DataRequired(_("Enter the first day."))])
    closes_on = DateField(_("Last day"), [DataRequired(_("Enter the last day."))])
    unit_ids = SelectMultipleField(
        _("Bodies asked about"), coerce=int, description=_("Choose none to ask about every active body.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frame_id.choices = [
            (frame.id, gettext("%(name)s (%(n)s cases)", name=frame.name, n=frame.cases)) for frame in service.frames()
        ]
        language = str(get_locale())
        self.kind.choices = _options(KINDS)
        self.questionnaire.choices = [(code, form_name(code)) for code in questions.for_use("poll", "panel", "counter")]
        self.group.choices = [
            ("", gettext("None")),
            *((code, group.name.said(language)) for code, group in rounds.groups().items()),
        ]
        self.unit_ids.choices = [(unit.id, f"{unit.code} {unit.name}") for unit in units.units()]

    def validate_closes_on(self, field: DateField) -> None:
        if self.opens_on.data and field.data and field.data < self.opens_on.data:
            raise ValidationError(gettext("Choose a last day that is not before the first."))


class DesignForm(FlaskForm):
    """The plan of a sample; sent by GET, so that a plan has an address."""

    first = SelectField(_("First stratum column"))
    second = SelectField(_("Second stratum column"))
    method = SelectField(_("Allocation"))
    total = IntegerField(
        _("Sample size"), [InputRequired(_("Enter a whole number.")), NumberRange(1, 1_000_000)], default=600
    )
    minimum = IntegerField(
        _("At least per stratum"), [InputRequired(_("Enter a whole number.")), NumberRange(1, 100_000)], default=30
    )
    reserve = FloatField(
        _("Reserve (per cent of the sample)"), [InputRequired(_("Enter a number.")), NumberRange(0, 300)], default=20
    )

    class Meta:
        csrf = False

    def __init__(self, columns: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = [("", gettext("None"))]
        self.first.choices = self.second.choices = none + [(column, column) for column in columns]
        self.method.choices = _options(METHODS)

    def choice(self, sd: dict[str, float]) -> service.DesignChoice:
        columns = tuple(dict.fromkeys(column for column in (self.first.data, self.second.data) if column))
        return service.DesignChoice(
            columns, self.method.data, self.total.data, self.minimum.data, self.reserve.data / 100, sd
        )


class SeedForm(FlaskForm):
    seed = StringField(
        _("Announced seed"),
        [DataRequired(_("Enter the announced seed.")), Length(max=LONGEST_SEED)],
        description=_(
            "Text that nobody could choose, made public after the design was locked: "
            "for instance the day and the numbers of a lottery."
        ),
    )
