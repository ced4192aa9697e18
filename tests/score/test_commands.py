"""The command line: check, add, make, freeze, verify."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from survey.base.errors import ImportFaults, NotFound, Refused
from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.score import service
from survey.score.commands import score
from tests import two_people
from tests.conftest import PASSWORD
from tests.score.judging import Judging

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def call(*arguments: object) -> Result:
        with app.app_context():
            return app.test_cli_runner().invoke(score, [str(argument) for argument in arguments])

    return call


def test_a_scheme_is_checked_before_it_is_added(app: Flask, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "scheme.yaml"
    with app.app_context():
        text = service.shipped_text("hami")
    file.write_text(text.replace("share: 60", "share: 50"), encoding="utf-8")
    assert isinstance(run("check", file).exception, ImportFaults)
    assert isinstance(run("add", file).exception, ImportFaults)
    file.write_text("\ufeff" + text, encoding="utf-8")
    assert run("check", file).output == "方案 hami 第 1 版检查无误。\n"
    assert run("add", file).exit_code == 0
    with app.app_context():
        assert [version.code for version in service.schemes_stored()] == ["hami"]


def test_a_sheet_is_made_frozen_and_verified(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        judging = Judging()
        judging.rated("101", {5: 6})
        judging.compute()
    assert isinstance(run("sheet", "2025", "hami").exception, NotFound)
    assert run("sheet", "2026", "hami").output == "成绩单第 1 号。\n"
    with app.app_context():
        for name in ("li", "zhou"):
            accounts.add(name, PASSWORD, [Role.OFFICE])
        accounts.add("shen", PASSWORD, [Role.AUDITOR])
    for name in ("shen", "nobody"):
        assert isinstance(run("freeze", "1", "--as", name).exception, NotFound)
    assert run("freeze", "1", "--as", "li").output == "已提出申请，须由绩效办的另一人确认。\n"
    assert isinstance(run("freeze", "1", "--as", "li").exception, Refused)
    assert "已定稿" in run("freeze", "1", "--as", "zhou").output
    file = tmp_path / "sheet.json"
    with app.app_context():
        document = service.signed_document(1)
    file.write_text(document, encoding="utf-8")
    assert run("verify", file).output == "文件完好，确为本系统签发。\n"
    changed = json.loads(document)
    changed["content"]["round"]["name"] = "别的评议期"
    file.write_text(json.dumps(changed), encoding="utf-8")
    result = run("verify", file)
    assert result.exit_code == 1
    assert "文件已被改动" in result.output


def test_another_installation_s_seal_is_told_apart(app: Flask, run: Run, tmp_path: Path) -> None:
    with app.app_context():
        judging = Judging()
        judging.rated("101", {5: 6})
        judging.compute()
        two_people.freeze(service.make_sheet(judging.round.id, "hami"))
        file = tmp_path / "sheet.json"
        file.write_text(service.signed_document(1), encoding="utf-8")
    (app.extensions["settings"].instance / "signing_key.pem").unlink()
    result = run("verify", file)
    assert result.exit_code == 1
    assert "不是本系统所签" in result.output
