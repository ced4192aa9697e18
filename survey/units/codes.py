"""Codes of counters: made, kept by the day, printed as links and QR images."""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterable
from datetime import date

import qrcode
from flask_babel import gettext
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.image.svg import SvgPathFillImage
from sqlalchemy import Connection, insert, select

from survey.base import settings
from survey.base.errors import NotFound, Refused
from survey.base.store.database import session
from survey.units import models, rules
from survey.units.rules import Place, Stay

#: light modules around the code, which readers need to find it (ISO/IEC 18004: four)
QUIET_ZONE = 4


def link_of(code: str) -> str:
    """The address that a counter's code opens."""
    return f"{settings.present().public_url}/r/{code}"


def qr_matrix(text: str) -> list[list[bool]]:
    """The dark modules of a code, row by row, with the quiet zone; a quarter of them may be lost (level Q)."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    matrix: list[list[bool]] = code.get_matrix()
    return matrix


def qr_png(text: str, *, module: int = 16) -> bytes:
    """A code as a PNG image, each module so many pixels wide."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE, box_size=module)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def qr_svg(text: str) -> bytes:
    """A code as an SVG drawing on white, so that it also reads on a dark page."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=QUIET_ZONE, image_factory=SvgPathFillImage)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def qr_terminal(text: str) -> str:
    """A code in half-block characters, dark on light, for a terminal."""
    rows = qr_matrix(text)
    if len(rows) % 2:
        rows.append([False] * len(rows[0]))
    signs = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
    return "\n".join(
        "".join(signs[above, below] for above, below in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    )


def new_codes(number: int) -> list[str]:
    """So many codes that were never used: six random characters (887 million codes) and the check character."""
    found: set[str] = set()
    while len(found) < number:
        bodies = ("".join(secrets.choice(rules.ALPHABET) for _ in range(rules.CODE_LENGTH - 1)) for _ in range(number))
        fresh = {body + rules.check_character(body) for body in bodies}
        found |= fresh - _taken(fresh)
    return secrets.SystemRandom().sample(sorted(found), number)


def _taken(codes: set[str]) -> set[str]:
    """Those of the codes that were issued before, asked for in parts that fit one statement."""
    column, ordered = models.PlaceCodeRow.code, sorted(codes)
    parts = (ordered[at : at + 1000] for at in range(0, len(ordered), 1000))
    return {code for part in parts for code in session().scalars(select(column).where(column.in_(part)))}


def issue(window_ids: Iterable[int], from_day: date) -> list[str]:
    """Give each counter a new code from a day on; the caller commits."""
    wanted = list(window_ids)
    found = new_codes(len(wanted))
    rows = [
        {"code": code, "window_id": window_id, "from_day": from_day, "until_day": None}
        for code, window_id in zip(found, wanted, strict=True)
    ]
    if rows:
        session().execute(insert(models.PlaceCodeRow), rows)
    return found


def stays(*, window_id: int | None = None, code: str = "") -> list[Stay]:
    """Where codes stood and stand, newest first: of one counter, of one code, or all."""
    query = select(models.PlaceCodeRow).order_by(models.PlaceCodeRow.from_day.desc(), models.PlaceCodeRow.id.desc())
    if window_id is not None:
        query = query.where(models.PlaceCodeRow.window_id == window_id)
    if code:
        query = query.where(models.PlaceCodeRow.code == code)
    return [Stay(s.id, s.code, s.window_id, s.from_day, s.until_day) for s in session().scalars(query)]


def standing(window_ids: Iterable[int], today: date) -> dict[int, str]:
    """Each counter's newest code that stands there today; a counter without one is absent."""
    wanted = set(window_ids)
    found = sorted((stay for stay in stays() if stay.stands_on(today)), key=lambda stay: (stay.from_day, stay.id))
    return {stay.window_id: stay.code for stay in found if stay.window_id in wanted}


def without(today: date) -> list[int]:
    """The open counters at which no code stands today or will."""
    coded = {stay.window_id for stay in stays() if stay.until_day is None or stay.until_day > today}
    query = select(models.WindowRow.id).where(models.WindowRow.active.is_(True)).order_by(models.WindowRow.code)
    return [number for number in session().scalars(query) if number not in coded]


def end(code: str, today: date) -> Stay:
    """Let a code stand nowhere from today on; returns where it stood. The caller commits."""
    row = session().scalar(
        select(models.PlaceCodeRow).where(models.PlaceCodeRow.code == code, models.PlaceCodeRow.until_day.is_(None))
    )
    if row is None:
        raise Refused(gettext("The code %(code)s stands nowhere any more.", code=code))
    row.until_day = max(today, row.from_day)
    session().flush()
    return Stay(row.id, row.code, row.window_id, row.from_day, row.until_day)


def move(code: str, window_id: int, today: date) -> Stay:
    """Let a code stand at another counter from today on; returns where it stood. The caller commits."""
    known = stays(code=code)
    if not known:
        raise NotFound(
            gettext("The code %(code)s was never issued.", code=code), remedy=gettext("Compare it with the poster.")
        )
    if known[0].window_id == window_id and known[0].until_day is None:
        raise Refused(gettext("The code %(code)s stands here already.", code=code))
    before = end(code, today) if known[0].until_day is None else known[0]
    from_day = max(today, before.until_day or today)
    session().add(models.PlaceCodeRow(code=code, window_id=window_id, from_day=from_day))
    session().flush()
    return before


def find_place_on(connection: Connection, code: str, today: date) -> Place | None:
    """Where a scanned code stands, by one read without a session; None = no such code was ever issued.

    Args:
        connection: of the application's engine.
        code: as scanned or typed; small letters will do.
        today: decides where a code stands that has moved.
    """
    wanted = code.strip().upper()
    if not rules.is_code(wanted):
        return None
    found = connection.execute(_PLACE.where(models.PlaceCodeRow.code == wanted)).all()
    known = [Stay(row.id, wanted, row.window_id, row.from_day, row.until_day) for row in found]
    stay = rules.stay_on(known, today)
    if stay is None:
        return None
    row = next(row for row in found if row.id == stay.id)
    has_ended = stay.until_day is not None and stay.until_day <= today
    withdrawn = has_ended or not (row.window_active and row.unit_active)
    return Place(wanted, row.window_id, row.window_name, row.unit_id, row.unit_name, row.questionnaire, withdrawn)


_PLACE = (
    select(
        models.PlaceCodeRow.id,
        models.PlaceCodeRow.from_day,
        models.PlaceCodeRow.until_day,
        models.WindowRow.id.label("window_id"),
        models.WindowRow.name.label("window_name"),
        models.WindowRow.questionnaire,
        models.WindowRow.active.label("window_active"),
        models.UnitRow.id.label("unit_id"),
        models.UnitRow.name.label("unit_name"),
        models.UnitRow.active.label("unit_active"),
    )
    .join(models.WindowRow, models.WindowRow.id == models.PlaceCodeRow.window_id)
    .join(models.UnitRow, models.UnitRow.id == models.WindowRow.unit_id)
)
