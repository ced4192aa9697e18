"""The signed one-shot token in every counter form: makes a form count once, without cookie, session or JavaScript.

It carries a UUIDv7, by which a form that has been sent is known again, and a nonce that is stored nowhere. Receipt
and content MAC come from the nonce. So nobody, not even with the secret key, can join what is stored about the form
(its UUID, which has the time in it) with the answer (whose receipt is hashed).
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.collect.store import receipts

LIFETIME = timedelta(hours=24)
#: clocks of several servers may differ a little
CLOCK_DIFFERENCE = timedelta(minutes=5)
PART = 16
LONGEST = 120


class TokenChanged(ValueError):
    """The token was not made here, or not for this place."""


@dataclass(frozen=True)
class FormToken:
    """What a genuine token says."""

    #: UUIDv7 as 32 hexadecimal digits: when the form was opened, and 74 random bits
    key: str
    nonce: bytes
    #: form and version, e.g. `W1.1`
    edition: str
    opened_at_ms: int

    def is_too_old(self, now: datetime) -> bool:
        age = timedelta(milliseconds=_milliseconds(now) - self.opened_at_ms)
        return age > LIFETIME or age < -CLOCK_DIFFERENCE

    def receipt(self, secret: bytes) -> str:
        return receipts.of_digest(_digest(secret, b"receipt", self.nonce))

    def content_mac(self, secret: bytes, content: str) -> str:
        """A MAC over what was sent: the same for the same content, and of no use without the nonce."""
        return _digest(secret, b"content", self.nonce, content.encode()).hex()


def make(secret: bytes, place: str, edition: str, now: datetime) -> str:
    """A new token for one form at one place."""
    body = uuid7(now) + secrets.token_bytes(PART)
    mark = _digest(secret, b"form", place.encode(), edition.encode(), body)[:PART]
    return f"{edition}.{urlsafe_b64encode(body + mark).decode()}"


def read(secret: bytes, place: str, text: str) -> FormToken:
    """Read a token that came back.

    Raises:
        TokenChanged: not made here, or not for this place.
    """
    edition, _dot, encoded = text.rpartition(".")
    try:
        data = urlsafe_b64decode(encoded.encode("ascii")) if len(text) <= LONGEST else b""
    except (binascii.Error, UnicodeEncodeError) as error:
        raise TokenChanged from error
    body, mark = data[: 2 * PART], data[2 * PART :]
    if not hmac.compare_digest(mark, _digest(secret, b"form", place.encode(), edition.encode(), body)[:PART]):
        raise TokenChanged
    return FormToken(body[:PART].hex(), body[PART:], edition, int.from_bytes(body[:6], "big"))


def of_link(secret: bytes, token: str) -> FormToken:
    """A personal link in the role of a form token: its clear text is the nonce, and is not kept after the wave."""
    return FormToken(_digest(secret, b"link", token.encode())[:PART].hex(), token.encode(), "", 0)


def uuid7(now: datetime) -> bytes:
    """A UUID of version 7 (RFC 9562, 5.7): 48 bits of time, 74 of chance.

    >>> made = uuid7(datetime.fromisoformat("2026-03-31T08:00:00+00:00"))
    >>> made[6] >> 4, made[8] >> 6, int.from_bytes(made[:6], "big")
    (7, 2, 1774944000000)
    """
    chance = bytearray(secrets.token_bytes(10))
    chance[0] = 0x70 | chance[0] & 0x0F
    chance[2] = 0x80 | chance[2] & 0x3F
    return _milliseconds(now).to_bytes(6, "big") + bytes(chance)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _digest(secret: bytes, purpose: bytes, *parts: bytes) -> bytes:
    """Keyed digest of a purpose and parts; each part's length goes in, so that no two lists look the same."""
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (purpose, *parts))
    return hmac.new(secret, message, hashlib.sha256).digest()
