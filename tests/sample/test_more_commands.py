"""What each command says, writes and refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from survey.base import clock
from survey.base.errors import SurveyError
from survey.base.people import audit
from survey.sample import service
from survey.sample.commands import sample
from survey.sample.wave import letters
from tests.sample.conftest import STRATA, MakeWave, Standing, frame_csv

TOWN = "城镇 / 居民"


def run(app: Flask, *arguments: object) -> Result:
    with app.app_context():
        return CliRunner().invoke(sample, [str(argument) for argument in arguments])


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    file = tmp_path / "list.csv"
    file.write_text(frame_csv(), encoding="utf-8")
    return file


def test_waves_are_listed_with_state_and_rates(standing: Standing) -> None:
    lines = run(standing.app, "waves").output.splitlines()
    assert lines[0] == "6  第 6 波  drawn  0/240  RR1 0.0%  RR2 0.0%"
    assert lines[3] == "3  第 3 波  open  3/40  RR1 5.1%  RR2 7.7%"
    assert lines[5] == "1  第 1 波  draft  0/0  RR1 –  RR2 –" and len(lines) == 6


def test_rates_and_weights_are_printed_by_stratum_and_in_all(standing: Standing) -> None:
    lines = run(standing.app, "rates", standing.waves["open"].id).output.splitlines()
    assert lines[0] == "乡村 / 代表: 0/5  RR1 0.0%  RR2 0.0%  weight 4.400 × nan"
    assert lines[5] == "城镇 / 居民: 3/10  RR1 22.2%  RR2 33.3%  weight 6.700 × 2.857"
    assert lines[6] == "RR1 5.1%  RR2 7.7%" and len(lines) == 7


def test_a_record_is_printed_as_json_that_people_can_read(standing: Standing) -> None:
    output = run(standing.app, "record", standing.waves["open"].id).output
    with standing.app.app_context():
        assert json.loads(output) == service.record(standing.waves["open"].id)
    assert output.startswith('{\n  "record"') and "服务对象名单" in output


def test_a_redraw_writes_each_case_with_its_part(standing: Standing, tmp_path: Path) -> None:
    out, wave = tmp_path / "drawn.csv", standing.waves["open"]
    result = run(standing.app, "redraw", wave.id, "--out", out)
    with standing.app.app_context():
        frame_hash = service.frame(wave.frame_id).frame_hash
    assert result.output == f"frame  {frame_hash}  agrees\nsample {wave.sample_hash}  agrees\n"
    lines = [line.split(",") for line in out.read_text(encoding="utf-8-sig").splitlines()]
    assert lines[0] == ["stratum", "position", "key", "part"]
    assert [(line[0], line[1], line[3]) for line in lines[1:]] == [
        (label, str(place), "sample" if place <= size else "reserve")
        for label, (_, size, rest) in STRATA.items()
        for place in range(1, size + rest + 1)
    ]


def test_a_redraw_takes_a_wave_or_two_files_and_nothing_else(standing: Standing, listed: Path, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text(run(standing.app, "record", standing.waves["open"].id).output, encoding="utf-8")
    for wrong in (
        (),
        ("--frame", listed),
        ("--record", record),
        (3, "--frame", listed),
        (3, "--record", record),
        (3, "--frame", listed, "--record", record),
    ):
        result = run(standing.app, "redraw", *wrong)
        assert result.exit_code == 2 and "Name a wave, or give both --frame and --record." in result.output
    assert run(standing.app, "redraw", "--frame", listed, "--record", record).exit_code == 0


def test_a_list_is_stored_as_its_options_say(app: Flask, listed: Path) -> None:
    wish = [
        listed,
        "--name",
        "名单",
        "--supplied-by",
        "数据局",
        "--key",
        "编号",
        "--stratum",
        "群体",
        "--stratum",
        "区域",
    ]
    wish += ["--contact", "name=姓名", "--contact", "address=地址"]
    tried = run(app, "import-frame", *wish, "--dry-run")
    assert tried.output == "The list is in order: 240 cases. Nothing was stored.\n"
    made = run(app, "import-frame", *wish, "--supplied-on", "2026-02-20", "--note", "去重")
    with app.app_context():
        frame = service.frame(1)
        assert service.contacts(1, ["c0007"]) == {"c0007": {"name": "张7", "address": "长江路7号"}}
    assert made.output == f"Frame 1: 240 cases, fingerprint {frame.frame_hash}\n"
    assert (frame.name, frame.supplied_by, frame.note, frame.key_column) == ("名单", "数据局", "去重", "编号")
    assert frame.columns == ("区域", "群体") and frame.supplied_on.isoformat() == "2026-02-20"
    wish[2] = "第二份"
    assert run(app, "import-frame", *wish).exit_code == 0
    with app.app_context():
        assert service.frame(2).supplied_on == clock.today() and service.frame(2).note == ""


@pytest.mark.parametrize("contacts", [["fax=电话"], ["电话"], ["phone=电话", "phone=姓名"], ["phone=电话", "地址"]])
def test_a_contact_is_named_once_by_one_of_three_names(still: Flask, listed: Path, contacts: list[str]) -> None:
    wish = [listed, "--name", "名单", "--supplied-by", "局", "--key", "编号"]
    result = run(still, "import-frame", *wish, *(part for pair in contacts for part in ("--contact", pair)))
    assert result.exit_code == 2 and "write name=HEADING, phone=HEADING or address=HEADING" in result.output


def test_links_and_letters_are_written_and_put_on_record(app: Flask, make_wave: MakeWave, tmp_path: Path) -> None:
    with app.app_context():
        wave = make_wave()
        links = service.links(wave.id)
    out, paper = tmp_path / "l.csv", tmp_path / "l.pdf"
    assert run(app, "links", wave.id, "--out", out).output == "40 links\n"
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["key,stratum,link", *(",".join(link) for link in links)]
    assert run(app, "letters", wave.id, "--out", paper, "--stratum", TOWN).output == "10 letters\n"
    with app.app_context():
        deeds = [(entry.action, json.loads(entry.detail)) for entry in audit.entries()[0][:2]]
    assert deeds == [("wave.downloaded", {"what": "l.pdf"}), ("wave.downloaded", {"what": "l.csv"})]


def test_outcomes_are_recorded_from_a_file_or_only_tried(app: Flask, make_wave: MakeWave, tmp_path: Path) -> None:
    with app.app_context():
        wave = make_wave()
        keys = [case.case_key for case in service.cases(wave.id, stratum=TOWN)[0]]
    file = tmp_path / "d.csv"
    file.write_text(f"key,disposition\n{keys[0]},NE\n{keys[1]},R\n", encoding="utf-8")
    tried = run(app, "dispositions", wave.id, file, "--dry-run")
    assert tried.output == "2 outcomes would change.\n"
    assert run(app, "dispositions", wave.id, file).output == "2 outcomes were recorded.\n"
    assert run(app, "dispositions", wave.id, file).output == "0 outcomes were recorded.\n"


@pytest.mark.parametrize("command", ["record", "redraw"])
def test_a_wave_that_is_not_there_is_refused_in_words(still: Flask, command: str) -> None:
    result = run(still, command, 99)
    assert isinstance(result.exception, SurveyError) and result.exception.message == "没有这次调查。"


def test_a_letter_goes_to_each_link_with_name_and_address_where_they_are_known(standing: Standing) -> None:
    wave = standing.waves["open"]
    with standing.app.app_context():
        links = service.links(wave.id)
        every, town = letters.collect(wave, links), letters.collect(wave, links, stratum=TOWN)
    assert [(letter.case_key, letter.stratum, letter.url) for letter in every] == [tuple(link) for link in links]
    assert all(letter.name == f"张{int(letter.case_key[1:])}" for letter in every)
    assert all(letter.address == f"长江路{int(letter.case_key[1:])}号" for letter in every)
    assert town == [letter for letter in every if letter.stratum == TOWN] and len(town) == 10
    with standing.app.app_context():
        assert letters.collect(wave, links, stratum="没有的层") == []
