"""Encryption of what could name a person: contact details, the tokens of personal links, files between two pages.

The key is derived from the installation's secret key, so a copy of the database alone opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from flask_babel import gettext

from survey.base.errors import Refused

PURPOSE = b"survey: contacts, links and waiting files"


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    derived = hmac.new(secret.encode(), PURPOSE, hashlib.sha256).digest()
    return Fernet(base64.urlsafe_b64encode(derived))


def _present() -> Fernet:
    return _fernet(current_app.extensions["settings"].key())


def seal(text: str) -> bytes:
    return seal_bytes(text.encode())


def seal_bytes(data: bytes) -> bytes:
    return _present().encrypt(data)


def unseal(sealed: bytes) -> str:
    return unseal_bytes(sealed).decode()


def unseal_bytes(sealed: bytes) -> bytes:
    """What was sealed.

    Raises:
        Refused: it was sealed under another secret key.
    """
    try:
        return _present().decrypt(bytes(sealed))
    except InvalidToken as error:
        raise Refused(
            gettext("What is stored was encrypted under another secret key."),
            remedy=gettext("Bring back the secret key of this installation (SURVEY_SECRET_KEY)."),
        ) from error
