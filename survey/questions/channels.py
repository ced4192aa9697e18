"""The way an answer came in: 1–7 as exchanged between systems (DOMAIN: 好差评), the others our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _

PC, MOBILE, QR, TABLET, TERMINAL, SMS, DEFAULT = range(1, 8)
TELEPHONE, FACE_TO_FACE, PAPER, FILE = range(11, 15)

CHANNEL_NAMES: Mapping[int, Any] = {
    PC: _("Computer"),
    MOBILE: _("Mobile"),
    QR: _("QR code"),
    TABLET: _("Hall tablet"),
    TERMINAL: _("Other terminal"),
    SMS: _("Personal link"),
    DEFAULT: _("System default"),
    TELEPHONE: _("Telephone"),
    FACE_TO_FACE: _("Face to face"),
    PAPER: _("Paper"),
    FILE: _("Imported file"),
}
CHANNELS = tuple(CHANNEL_NAMES)
#: what a scheme may call a channel
CHANNEL_CODES: Mapping[str, int] = {
    "computer": PC,
    "mobile": MOBILE,
    "qr": QR,
    "tablet": TABLET,
    "terminal": TERMINAL,
    "link": SMS,
    "default": DEFAULT,
    "telephone": TELEPHONE,
    "face": FACE_TO_FACE,
    "paper": PAPER,
    "file": FILE,
}
