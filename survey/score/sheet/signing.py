"""Signatures of sheets: Ed25519 with a key that never leaves the installation (RFC 8032)."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask_babel import gettext

from survey.base.canonical import sha256
from survey.base.errors import Refused
from survey.base.settings import keep_first, present
from survey.score.sheet.sheet import to_json_value

KEY_FILE = "signing_key.pem"


@dataclass(frozen=True)
class Seal:
    """What proves that a text is the one that was frozen here."""

    sha256: str
    #: base64
    signature: str
    #: base64 of the 32 bytes
    public_key: str


def seal(text: str, instance: Path) -> Seal:
    """Hash and sign a text with this installation's key."""
    key = _private_key(instance)
    signature = key.sign(text.encode())
    return Seal(sha256(text), base64.b64encode(signature).decode(), _public(key))


def is_sealed(text: str, sealed: Seal) -> bool:
    """Whether the text is exactly the one that was sealed."""
    if sha256(text) != sealed.sha256:
        return False
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(sealed.public_key))
        key.verify(base64.b64decode(sealed.signature), text.encode())
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def public_key_pem(instance: Path) -> bytes:
    """The public key as other programs read it."""
    return (
        _private_key(instance)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def public_key(instance: Path) -> str:
    """The public key as sheets carry it."""
    return _public(_private_key(instance))


def own_public_key() -> str:
    """This installation's public key, base64."""
    return public_key(present().instance)


def own_public_key_pem() -> bytes:
    """This installation's public key as PEM."""
    return public_key_pem(present().instance)


def verify(text: str) -> tuple[bool, bool]:
    """Of a signed file: is its seal whole, and is the seal this installation's?"""
    content, sealed = read_document(text)
    return is_sealed(content, sealed), sealed.public_key == own_public_key()


def signed_document(text: str, sealed: Seal) -> str:
    """The file that `survey score verify` reads: the content and its seal."""
    document = {
        "content": json.loads(text),
        "seal": {
            "algorithm": "Ed25519",
            "sha256": sealed.sha256,
            "signature": sealed.signature,
            "public_key": sealed.public_key,
        },
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def read_document(text: str) -> tuple[str, Seal]:
    """The canonical content of a signed file, and the seal it carries.

    Raises:
        Refused: the file is no signed sheet.
    """
    try:
        document: dict[str, Any] = json.loads(text)
        stated = document["seal"]
        content = to_json_value(document["content"])
        return content, Seal(str(stated["sha256"]), str(stated["signature"]), str(stated["public_key"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            gettext("This is not a signed sheet."),
            remedy=gettext("Use the JSON file that the page of a frozen sheet or the feed gives."),
        ) from error


def _public(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def _private_key(instance: Path) -> Ed25519PrivateKey:
    """The installation's key, made on first use and readable by the owner only."""
    path = instance / KEY_FILE
    if not path.exists():
        keep_first(path, _new_key())
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(gettext("The signing key %(path)s is not an Ed25519 key.", path=path.name))
    return key


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
