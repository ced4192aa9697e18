"""The command line: a list goes in, a draw is repeated from files alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from survey.base.store.database import session
from survey.sample import service
from survey.sample.commands import sample
from tests.sample.conftest import SEED, MakeWave, frame_csv


def run(app: Flask, *arguments: str) -> Result:
    with app.app_context():
        return CliRunner().invoke(sample, list(arguments))


@pytest.fixture
def files(app: Flask, make_wave: MakeWave, tmp_path: Path) -> tuple[Path, Path]:
    """The list and the draw record of a wave."""
    with app.app_context():
        wave = make_wave()
    frame, record = tmp_path / "list.csv", tmp_path / "record.json"
    frame.write_text(frame_csv(), encoding="utf-8")
    record.write_text(run(app, "record", str(wave.id)).output, encoding="utf-8")
    return frame, record


def test_a_stored_wave_is_redrawn(app: Flask, files: tuple[Path, Path]) -> None:
    result = run(app, "redraw", "1")
    assert result.exit_code == 0 and result.output.count("agrees") == 2


def test_files_alone_redraw_the_sample(app: Flask, files: tuple[Path, Path], tmp_path: Path) -> None:
    frame, record = files
    lines = frame.read_text(encoding="utf-8").splitlines()
    frame.write_text("\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    out = tmp_path / "drawn.csv"
    result = run(app, "redraw", "--frame", str(frame), "--record", str(record), "--out", str(out))
    assert result.exit_code == 0 and result.output.count("agrees") == 2
    cases = json.loads(record.read_text(encoding="utf-8"))["sample"]
    assert len(out.read_text(encoding="utf-8-sig").splitlines()) == 1 + cases["cases"] + cases["reserve"]


def test_a_changed_list_or_seed_is_told(app: Flask, files: tuple[Path, Path]) -> None:
    frame, record = files
    frame.write_text(frame.read_text(encoding="utf-8").replace("c0000,", "c9999,"), encoding="utf-8")
    assert "DIFFERS" in run(app, "redraw", "--frame", str(frame), "--record", str(record)).output
    frame.write_text(frame_csv(), encoding="utf-8")
    record.write_text(record.read_text(encoding="utf-8").replace(SEED, "another seed"), encoding="utf-8")
    result = run(app, "redraw", "--frame", str(frame), "--record", str(record))
    assert result.exit_code == 1 and "DIFFERS" in result.output


def test_a_redraw_wants_a_wave_or_both_files(app: Flask) -> None:
    assert run(app, "redraw").exit_code == 2


def test_the_fieldwork_runs_from_the_command_line(app: Flask, files: tuple[Path, Path], tmp_path: Path) -> None:
    links, letters, table = tmp_path / "links.csv", tmp_path / "letters.pdf", tmp_path / "d.csv"
    assert "40 links" in run(app, "links", "1", "--out", str(links)).output
    assert run(app, "letters", "1", "--out", str(letters), "--stratum", "城镇 / 居民").exit_code == 0
    assert letters.read_bytes().startswith(b"%PDF")
    key = links.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]
    table.write_text(f"key,disposition\n{key},拒访\n", encoding="utf-8")
    assert "1 outcomes would change" in run(app, "dispositions", "1", str(table), "--dry-run").output
    assert "1 outcomes were recorded" in run(app, "dispositions", "1", str(table)).output
    assert "RR1 0.0%" in run(app, "rates", "1").output
    with app.app_context():
        service.record_answered(1, {key: "I"})
        session().commit()
    assert "RR1 2.5%" in run(app, "rates", "1").output
    assert "1/40" in run(app, "waves").output


def test_a_list_is_imported_or_refused_whole(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(frame_csv(30), encoding="gb18030")
    wanted = [str(file), "--name", "名单", "--supplied-by", "数据局", "--key", "编号", "--stratum", "区域"]
    assert "30 cases" in run(app, "import-frame", *wanted, "--contact", "phone=电话", "--dry-run").output
    assert "Frame 1" in run(app, "import-frame", *wanted, "--contact", "phone=电话").output
    assert run(app, "import-frame", *wanted, "--contact", "fax=电话").exit_code == 2
