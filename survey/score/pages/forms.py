"""Forms of `score`."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from survey.rounds import service as rounds
from survey.score import service


class SheetForm(FlaskForm):
    """Which round, by which scheme."""

    round_id = SelectField(_("Round"), coerce=int)
    scheme = SelectField(_("Scheme"), description=_("The newest version of the scheme is used."))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.round_id.choices = [(found.id, found.name) for found in rounds.rounds()]
        self.scheme.choices = scheme_choices()


def scheme_choices() -> list[tuple[str, str]]:
    """Code and title of every scheme, stored or shipped, newest version each."""
    titles: dict[str, str] = {}
    for version in service.schemes_stored():
        titles.setdefault(version.code, f"{version.title} · {version.code} v{version.version}")
    for code in service.shipped_schemes():
        if code not in titles:
            scheme = service.newest_scheme(code)
            titles[code] = f"{scheme.title.zh} · {code} v{scheme.version}"
    return sorted(titles.items())


class FreezeForm(FlaskForm):
    """Whoever asks has looked at the whole sheet."""

    units = IntegerField(
        _("How many units stand on the sheet?"),
        [InputRequired(_("Count the units and write their number."))],
        description=_("Look at the sheet and type the number in; it is compared."),
    )


class CorrectionForm(FlaskForm):
    reason = StringField(
        _("Reason"),
        [DataRequired(_("State what was wrong.")), Length(1, 400, _("Use at most %(max)d characters."))],
        description=_("It stands on the new sheet and in the feed."),
    )


class SchemeForm(FlaskForm):
    """A scheme typed in, or as a file; the file goes before the text."""

    text = TextAreaField(_("Scheme (YAML)"), description=_("Edit here, or choose a file below."))
    file = FileField(_("File"))
    round_id = SelectField(
        _("Round to check against"),
        coerce=int,
        description=_("What each survey component selects is looked up in this round."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        none = (0, gettext("none: check the text only"))
        self.round_id.choices = [none, *((found.id, found.name) for found in rounds.rounds())]

    def chosen(self) -> str:
        data: bytes = self.file.data.read() if self.file.data else b""
        text = data.decode("utf-8-sig", errors="replace") if data else str(self.text.data or "")
        return text.replace("\r\n", "\n")


class ValuesFileForm(FlaskForm):
    file = FileField(_("File"), [FileRequired(_("Choose a file."))], description=_("CSV in UTF-8 or GBK, or XLSX."))


class KeyForm(FlaskForm):
    name = StringField(
        _("For which system"),
        [DataRequired(_("Name the system.")), Length(1, 100, _("Use at most %(max)d characters."))],
    )
