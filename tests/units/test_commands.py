"""The room on the command line."""

from __future__ import annotations

import pypdfium2
import pytest
from click.testing import CliRunner

from survey.cli import cli
from survey.units import service


@pytest.fixture
def run(settings, monkeypatch, app):
    for name in ("instance", "database_url", "public_url"):
        monkeypatch.setenv(f"SURVEY_{name.upper()}", str(getattr(settings, name)))

    def command(*arguments: object):
        return CliRunner().invoke(cli, ["units", *map(str, arguments)])

    return command


def test_units_counters_and_caseload_are_imported(run, app, tmp_path):
    files = {
        "import-units": "编号,名称\n101,省教育厅\n",
        "import-windows": "单位编号,窗口编号,窗口名称\n101,101-1,综合窗口\n",
        "import-caseload": "窗口编号,月份,办件量\n101-1,2026-01,5\n",
    }
    for command, text in files.items():
        file = tmp_path / f"{command}.csv"
        file.write_bytes(text.encode("gbk"))
        assert "将新增 1 项" in run(command, file, "--dry-run").output
        assert "新增 1 项" in run(command, file).output
    with app.app_context():
        assert [window.code for window in service.windows()] == ["101-1"]


def test_faults_are_listed_with_their_lines(run, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("code,name\n,甲\n", encoding="utf-8")
    result = run("import-units", file)
    assert result.exit_code == 1
    assert "2: 单位编号 ''" in result.output


def test_posters_are_written_to_a_file(run, town, tmp_path):
    out = tmp_path / "posters.pdf"
    assert "2 份" in run("posters", "--out", out, "--unit", "101").output
    assert len(pypdfium2.PdfDocument(out)) == 2
    assert "3 份" in run("posters", "--out", out, "--kind", "card").output
    assert len(pypdfium2.PdfDocument(out)) == 1


def test_codes_are_listed_and_issued(run, town):
    lines = run("codes", "--unit", "102").output.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["102-1"]
    assert "已发放 0 个" in run("codes", "--issue").output


def test_an_unknown_unit_is_a_sentence(run, town):
    result = run("codes", "--unit", "nobody")
    assert result.exit_code == 1
    assert "没有编号为 nobody 的单位" in result.output
