"""Seals: whole for exactly one text, one signature and one key; the key is made once and stays with its owner."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from flask import Flask

from survey.base.canonical import sha256
from survey.base.errors import Refused
from survey.base.settings import keep_first
from survey.score.sheet import signing

TEXT = '{"a":"单位","b":1.5}'


@pytest.fixture
def sealed(tmp_path: Path) -> signing.Seal:
    return signing.seal(TEXT, tmp_path)


def test_a_seal_holds_the_hash_the_signature_and_the_key_in_base64(sealed: signing.Seal, tmp_path: Path) -> None:
    assert sealed.sha256 == sha256(TEXT)
    assert len(base64.b64decode(sealed.signature)) == 64
    assert len(base64.b64decode(sealed.public_key)) == 32
    assert signing.public_key(tmp_path) == sealed.public_key
    assert signing.is_sealed(TEXT, sealed)


def test_the_same_text_is_sealed_alike_and_another_differently(sealed: signing.Seal, tmp_path: Path) -> None:
    assert signing.seal(TEXT, tmp_path) == sealed
    assert signing.seal(TEXT + " ", tmp_path).signature != sealed.signature


def test_a_changed_text_is_not_sealed_even_with_its_own_hash(sealed: signing.Seal) -> None:
    changed = TEXT.replace("1.5", "1.6")
    assert not signing.is_sealed(changed, sealed)
    assert not signing.is_sealed(changed, replace(sealed, sha256=sha256(changed)))
    assert not signing.is_sealed(TEXT, replace(sealed, sha256=sha256(changed)))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"signature": base64.b64encode(bytes(64)).decode()},
        {"signature": "short"},
        {"signature": ""},
        {"signature": "签"},
        {"public_key": base64.b64encode(bytes(31)).decode()},
        {"public_key": ""},
        {"public_key": "钥"},
        {"sha256": ""},
    ],
)
def test_a_spoilt_seal_is_no_seal_and_nothing_breaks(sealed: signing.Seal, spoilt: dict[str, str]) -> None:
    assert not signing.is_sealed(TEXT, replace(sealed, **spoilt))


def test_another_installation_s_key_does_not_fit_this_signature(sealed: signing.Seal, tmp_path: Path) -> None:
    other = signing.public_key(tmp_path / "other")
    assert other != sealed.public_key
    assert not signing.is_sealed(TEXT, replace(sealed, public_key=other))


def test_the_key_is_made_in_a_folder_that_is_not_there_yet_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "instance"
    first = signing.public_key(folder)
    assert [path.name for path in folder.iterdir()] == ["signing_key.pem"]  # nothing is left beside it
    assert (folder / "signing_key.pem").stat().st_mode & 0o777 == 0o600
    assert signing.public_key(folder) == first


def test_many_at_once_end_with_one_key(tmp_path: Path) -> None:
    start = Barrier(8)

    def key(_: int) -> str:
        start.wait(timeout=10)
        return signing.public_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(key, range(8)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == [signing.KEY_FILE]


def test_a_key_that_somebody_else_made_meanwhile_is_the_key(tmp_path: Path) -> None:
    first = signing.public_key(tmp_path)
    keep_first(tmp_path / signing.KEY_FILE, b"a key that came too late")
    assert signing.public_key(tmp_path) == first
    assert [path.name for path in tmp_path.iterdir()] == [signing.KEY_FILE]


def test_a_key_of_another_kind_is_refused_by_the_name_of_its_file(still_app: Flask, tmp_path: Path) -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / signing.KEY_FILE).write_bytes(pem)
    with pytest.raises(Refused) as refused:
        signing.seal(TEXT, tmp_path)
    assert refused.value.message == "签名密钥 signing_key.pem 不是 Ed25519 密钥。"


def test_the_public_key_is_the_same_as_pem_and_as_base64(tmp_path: Path) -> None:
    key = serialization.load_pem_public_key(signing.public_key_pem(tmp_path))
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    assert base64.b64encode(raw).decode() == signing.public_key(tmp_path)
    assert b"PRIVATE" not in signing.public_key_pem(tmp_path)


def test_a_signed_file_holds_the_content_and_its_seal_and_is_read_back(sealed: signing.Seal) -> None:
    document = signing.signed_document(TEXT, sealed)
    assert json.loads(document) == {
        "content": {"a": "单位", "b": 1.5},
        "seal": {
            "algorithm": "Ed25519",
            "sha256": sealed.sha256,
            "signature": sealed.signature,
            "public_key": sealed.public_key,
        },
    }
    assert "单位" in document  # readable as it stands
    assert signing.read_document(document) == (TEXT, sealed)


def test_a_file_written_anew_by_another_program_is_still_the_same_sheet(sealed: signing.Seal) -> None:
    document = json.loads(signing.signed_document(TEXT, sealed))
    for again in (json.dumps(document), json.dumps(document, indent=8, sort_keys=True)):
        content, seal = signing.read_document(again)
        assert signing.is_sealed(content, seal)


@pytest.mark.parametrize(
    "text",
    ["", "no JSON", "[]", "{}", "5", '{"content": {}}', '{"content": {}, "seal": {}}', '{"content": {}, "seal": null}',
     '{"seal": {"sha256": "", "signature": "", "public_key": ""}}',
     '{"content": {}, "seal": {"sha256": "", "signature": ""}}',
     '{"content": {"a": NaN}, "seal": {"sha256": "", "signature": "", "public_key": ""}}'],
)  # fmt: skip
def test_what_is_no_signed_file_is_refused_with_what_to_use_instead(still_app: Flask, text: str) -> None:
    with pytest.raises(Refused) as refused:
        signing.read_document(text)
    assert refused.value.message == "这不是签名成绩单。"
    assert refused.value.remedy == "请使用定稿成绩单页面或接口给出的 JSON 文件。"
