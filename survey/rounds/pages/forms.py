"""Forms of `rounds`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, Field, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from survey.base.errors import Refused
from survey.rounds import service
from survey.rounds.service import Pooling, Round, RoundChoice, UnitChoice
from survey.units import service as units

CODE = [
    DataRequired(_("Enter a code.")),
    Regexp(r"^[\w.-]{1,32}$", message=_("Use 1 to 32 letters, digits, dots or dashes.")),
]
NAME = [DataRequired(_("Enter a name.")), Length(1, 100, _("Use at most %(max)d characters."))]
UNIT_WAYS = {
    "all": _("All units"),
    "classes": _("Some classes"),
    "trees": _("Some units with all below them"),
    "units": _("Some units"),
}
POOLING_WAYS = {
    "apart": _("Each wave by itself"),
    "together": _("All waves of a group as one sample"),
    "shares": _("By stated shares"),
}


class Ticks(SelectMultipleField):
    """Several choices as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RoundForm(FlaskForm):
    """What a round selects."""

    name = StringField(_("Name of the round"), NAME)
    opens_on = DateField(_("First day"), [DataRequired(_("Choose the first day."))])
    closes_on = DateField(_("Last day"), [DataRequired(_("Choose the last day."))])
    unit_choice = SelectField(_("Units"), default="all")
    class_codes = Ticks(_("Classes"))
    unit_codes = Ticks(_("Units"))
    collection_ids = Ticks(_("Collections"), coerce=int)
    pooling = SelectField(
        _("Several waves of one group"),
        default="apart",
        description=_("For example residents asked in July and in December of one year."),
    )
    shares = StringField(
        _("Shares"),
        [Optional(), Length(0, 500, _("Use at most %(max)d characters."))],
        description=_(
            "Only with “by stated shares”: code of each wave and its percent, such as 2026-07 40, 2026-12 60."
        ),
    )
    closed = BooleanField(
        _("Settled"),
        description=_("A settled round no longer changes. Answers still arrive; other rounds may take them."),
    )

    def __init__(self, known: Round | None = None, **kwargs: object) -> None:
        super().__init__(data=None if known is None else _data(known), **kwargs)
        self.unit_choice.choices, self.pooling.choices = list(UNIT_WAYS.items()), list(POOLING_WAYS.items())
        self.class_codes.choices = [(each.code, f"{each.code} {each.name}") for each in units.classes()]
        self.unit_codes.choices = [(unit.code, f"{unit.code} {unit.name}") for unit in units.units(active_only=False)]
        self.collection_ids.choices = [(one.id, one.title) for one in service.collections()]

    def validate_closes_on(self, field: Field) -> None:
        first: date | None = self.opens_on.data
        if first and field.data and field.data < first:
            raise ValidationError(_("Choose a last day that is not before the first."))

    def choice(self) -> RoundChoice:
        """What was decided, as plain values.

        Raises:
            Refused: the shares cannot be read.
        """
        way = self.unit_choice.data
        codes = {"all": (), "classes": self.class_codes.data or ()}.get(way, self.unit_codes.data or ())
        shares = shares_of(self.shares.data or "") if self.pooling.data == "shares" else ()
        return RoundChoice(
            self.name.data,
            self.opens_on.data,
            self.closes_on.data,
            UnitChoice(way, tuple(codes)),
            frozenset(self.collection_ids.data or ()),
            Pooling(self.pooling.data, shares),
        )


def _data(known: Round) -> Mapping[str, object]:
    """What the form shows of a round."""
    way, codes = known.units.way, list(known.units.codes)
    return {
        **{name: getattr(known, name) for name in ("name", "opens_on", "closes_on", "closed")},
        "unit_choice": way,
        "class_codes": codes if way == "classes" else [],
        "unit_codes": codes if way in ("trees", "units") else [],
        "collection_ids": sorted(known.collection_ids),
        "pooling": known.pooling.way,
        "shares": ", ".join(f"{code} {share:g}" for code, share in known.pooling.shares),
    }


def shares_of(text: str) -> tuple[tuple[str, float], ...]:
    """Codes and shares as people write them.

    Raises:
        Refused: a part is not a code followed by a number.

    >>> shares_of("2026-07 40, 2026 年 12 月 60%")
    (('2026-07', 40.0), ('2026 年 12 月', 60.0))
    """
    found = []
    for part in text.replace("\uff0c", ",").replace("\uff1b", ",").replace(";", ",").split(","):
        code, _space, number = part.strip().rpartition(" ")
        if not part.strip():
            continue
        try:
            found.append((code.strip(), float(number.rstrip("%\uff05"))))
        except ValueError:
            code = ""
        if not code.strip():
            raise Refused(
                str(_("“%(part)s” is not a wave and its share.", part=part.strip())),
                remedy=str(_("Write the code of each wave and its percent, such as 2026-07 40, 2026-12 60.")),
            )
    return tuple(found)


class NewRoundForm(RoundForm):
    """A round that is not there yet."""

    code = StringField(_("Code"), CODE, description=_("Short, for example 2026H1."))


class GroupForm(FlaskForm):
    """A group of raters of the office's own."""

    code = StringField(_("Code"), CODE, description=_("Schemes and files name the group by it."))
    name_zh = StringField(_("Name in Chinese"), NAME)
    name_en = StringField(_("Name in English"), [Length(0, 100, _("Use at most %(max)d characters."))])
