"""Ratings from files: by a named mapping, whole or not at all."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import Workbook

from survey.base.errors import Gone, ImportFaults, Refused
from survey.base.people.roles import Role
from survey.collect import service
from survey.collect.commands import collect
from survey.rounds import service as rounds
from tests.collect.conftest import Town

HOUSING = Path(__file__).parents[1] / "reference" / "housing.csv"


def choice(town: Town, **more: object) -> service.ImportChoice:
    return service.ImportChoice(**{"mapping": "words", **more})


def levels_after(town: Town, data: bytes, **more: object) -> list[int]:
    with town.app.app_context():
        service.import_ratings(data, choice(town, **more))
    return town.levels()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_words_in_either_encoding_become_levels(town_on_each_database: Town, encoding: str):
    text = "单位代码,满意度,标签,意见\n101,非常满意,办得快|讲得清,好\n102,基本满意,,\n102,说不清,,\n"
    assert levels_after(town_on_each_database, text.encode(encoding)) == [0, 3, 5]


@pytest.mark.parametrize(
    ("mapping", "written", "levels"),
    [
        ("five", "1 2 5 0", [0, 1, 2, 5]),
        ("reversed", "0 1 4", [1, 4, 5]),
        ("ballot", "满意 基本满意 不满意 不了解", [0, 1, 3, 5]),
        ("three", "Low Medium High", [1, 3, 5]),
        ("bad=1, fair=3, good=4", "good bad", [1, 4]),
    ],
)
def test_every_mapping_means_what_its_name_says(town: Town, mapping: str, written: str, levels: list[int]):
    lines = "\n".join(f"101,{word}" for word in written.split())
    assert levels_after(town, f"单位代码,满意度\n{lines}\n".encode(), mapping=mapping) == levels


def test_a_real_survey_goes_through_the_door(town_on_each_database: Town):
    town = town_on_each_database
    columns = {"level": "satisfaction", "stratum": "type", "group": "influence"}
    with town.app.app_context():
        plan = service.import_ratings(
            HOUSING.read_bytes(), choice(town, mapping="three", columns=columns, unit_code="101")
        )
        cells = service.tally(rounds.selection(rounds.round_(town.round_id)))
        imports = rounds.imports("W1")
    assert len(plan.responses) == 1681
    found: Counter[tuple[str, int]] = Counter()
    columns = (cells.column("stratum").tolist(), cells.column("level").tolist(), cells.counted.tolist())
    for stratum, level, number in zip(*columns, strict=True):
        found[stratum, level] += number
    # counts Low/Medium/High of the published table (Madsen 1976)
    assert [found["Tower", level] for level in (1, 3, 5)] == [99, 101, 200]
    assert [found["Terrace", level] for level in (1, 3, 5)] == [133, 74, 70]
    assert set(cells.column("collection_id").tolist()) == {imports}


def test_every_faulty_line_is_named_and_nothing_is_stored(town: Town):
    text = "单位代码,满意度,日期,渠道,标签\n101,满意,2999-01-01,,\n999,很好,,77,\n101,满意,昨天,,胡编\n101,满意,,,\n"
    with town.app.app_context(), pytest.raises(ImportFaults) as refused:
        service.import_ratings(text.encode(), choice(town))
    found = [(fault.line, fault.column, fault.value) for fault in refused.value.faults]
    assert found == [
        (2, "日期", "2999-01-01"),
        (3, "满意度", "很好"),
        (3, "单位代码", "999"),
        (3, "渠道", "77"),
        (4, "日期", "昨天"),
        (4, "标签", "胡编"),
    ]
    assert all(fault.remedy for fault in refused.value.faults)
    assert town.stored()["response"] == 0


def test_a_cell_that_looks_like_a_formula_stays_text(town: Town):
    book = Workbook()
    book.active.append(["单位代码", "满意度", "意见"])
    book.active.append(["101", "满意", "=1+1"])
    book.active["C2"].data_type = "s"
    out = io.BytesIO()
    book.save(out)
    with town.app.app_context():
        service.import_ratings(out.getvalue(), choice(town))
        lines = service.responses(service.Chosen())
    assert [line.text for line in lines] == ["=1+1"]


def test_rows_of_counters_need_a_counter(town: Town):
    with town.app.app_context(), pytest.raises(ImportFaults):
        service.import_ratings("单位代码,满意度\n101,满意\n".encode(), choice(town, kind="counter"))
    data = "窗口代码,满意度\n101-W1,满意\n".encode()
    assert levels_after(town, data, kind="counter") == [4]


@pytest.mark.parametrize("mapping", ["", "guess", "好=7", "a=1=b"])
def test_a_mapping_is_never_guessed(town: Town, mapping: str):
    with town.app.app_context(), pytest.raises(Refused):
        service.import_ratings("单位代码,满意度\n101,好\n".encode(), choice(town, mapping=mapping))


def test_the_office_sees_what_would_be_added_and_adds_it_once(town: Town, sign_in):
    client = town.app.test_client()
    sign_in(client, Role.OFFICE)
    file = (io.BytesIO("单位代码,满意度,层\n101,满意,城区\n102,不满意,乡村\n".encode("gbk")), "票.csv")
    ready = client.submit("/answers/import", file=file, mapping="words", kind="import")
    assert "将导入 2 份评价" in ready.text
    assert town.stored()["response"] == 0
    upload = ready.text.partition('action="/answers/import/')[2].partition('"')[0]
    token = ready.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    with town.app.app_context():
        plan = service.import_kept_ratings(upload, actor="office")
        with pytest.raises(Gone):
            service.import_kept_ratings(upload, actor="office")
    assert len(plan.responses) == 2
    again = client.post(f"/answers/import/{upload}", data={"csrf_token": token})
    assert again.status_code == 302
    assert town.stored()["response"] == 2


def test_confirming_asks_for_the_session_s_token(town: Town, sign_in):
    client = town.app.test_client()
    sign_in(client, Role.OFFICE)
    assert client.post("/answers/import/anything").status_code == 400


def test_the_command_line_imports_too(town: Town, tmp_path: Path):
    file = tmp_path / "ratings.csv"
    file.write_text("satisfaction,type\nLow,Tower\nHigh,Tower\n", encoding="utf-8")
    arguments = [
        "import", str(file), "--mapping", "Low=1,High=5", "--stratum", "type", "--unit-code", "101"
    ]  # fmt: skip
    with town.app.app_context():
        dry = CliRunner().invoke(collect, [*arguments, "--dry-run"])
        assert (dry.exit_code, town.stored()["response"]) == (0, 0), dry.exception
        done = CliRunner().invoke(collect, arguments)
    assert done.exit_code == 0, done.exception
    assert town.levels() == [1, 5]
