"""Drawn cases on pages: looked through, their outcomes recorded, their links and letters handed out and noted."""

from __future__ import annotations

import io
import json

import pytest
from flask.testing import FlaskClient

from survey.base import tables
from survey.base.people import audit
from survey.base.people.roles import Role
from survey.base.store import kept_files
from survey.sample import service
from survey.sample.pages import cases as pages
from tests import page_parts
from tests.client import Reader
from tests.conftest import SignIn
from tests.sample.conftest import MakeWave, Standing

TOWN = "城镇 / 居民"


@pytest.fixture
def reader(standing: Standing, sign_in: SignIn) -> FlaskClient:
    client = standing.app.test_client()
    sign_in(client, Role.STATISTICIAN)
    return client


@pytest.fixture
def worker(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, Role.STATISTICIAN)
    return client


def wave_and_keys(worker: FlaskClient, make_wave: MakeWave) -> tuple[service.Wave, list[str]]:
    """An open wave and the keys of those asked in its largest stratum."""
    with worker.application.app_context():
        wave = make_wave()
        return wave, [case.case_key for case in service.cases(wave.id, stratum=TOWN)[0] if case.active]


def last_entry(client: FlaskClient) -> tuple[str, str, str, dict[str, object]]:
    """The last deed on record: who, what, to what, and the rest."""
    with client.application.app_context():
        entry = audit.entries()[0][0]
    return entry.actor, entry.action, entry.subject, json.loads(entry.detail)


def test_cases_are_listed_with_their_place_and_the_reserve_is_marked(reader: FlaskClient, standing: Standing) -> None:
    here = f"/sample/waves/{standing.waves['open'].id}/cases"
    page = reader.get(f"{here}?stratum={TOWN}").text
    with standing.app.app_context():
        found = service.cases(standing.waves["open"].id, stratum=TOWN)[0]
    rows = page_parts.rows(page)
    assert [row[:3] for row in rows] == [[case.case_key, TOWN, str(case.position)] for case in found]
    assert [row[3] for row in rows[10:]] == ["备用样本"] * 3
    assert "13 个样本单位" in page and "%(" not in page
    chosen = [form.values["disposition"] for form in Reader(page).forms if "disposition" in form.values]
    answered = [["UO"]] * 3  # shown only when five answer together
    assert chosen == [*answered, ["R"], ["NC"], ["O"], ["NE"], ["UO"], ["UO"], ["UO"]]
    assert 'value="I"' not in page.partition("<table")[2], "nobody's word makes an answer"


def test_a_page_holds_fifty_cases_and_the_filters_stay_in_the_address(reader: FlaskClient, standing: Standing) -> None:
    here = f"/sample/waves/{standing.waves['open'].id}/cases"
    first, second = reader.get(here).text, reader.get(f"{here}?page=2").text
    assert [len(page_parts.rows(page)) for page in (first, second)] == [50, 3]
    assert "第 1 页，共 2 页" in first and "第 2 页，共 2 页" in second
    assert len(page_parts.rows(reader.get(f"{here}?page=0").text)) == 50
    assert "没有符合条件的样本。" in reader.get(f"{here}?q=nobody").text
    kept = reader.get(f"{here}?q=c0&stratum={TOWN}&disposition=UO").text
    action = next(form.action for form in Reader(kept).forms if "/cases/" in form.action)
    assert "q=c0" in action and "disposition=UO" in action and "stratum=" in action and "page=1" in action


def test_links_are_offered_while_they_exist(reader: FlaskClient, standing: Standing) -> None:
    for state, offered in (("drawn", True), ("open", True), ("closed", False)):
        here = f"/sample/waves/{standing.waves[state].id}"
        forms = {form.action for form in Reader(reader.get(f"{here}/cases").text).forms}
        assert ({f"{here}/links.csv", f"{here}/links.xlsx", f"{here}/letters"} <= forms) is offered
    token = {"csrf_token": reader.token("/password")}
    for what in ("links.csv", "letters"):
        gone = reader.post(f"/sample/waves/{standing.waves['closed'].id}/{what}", data=token)
        assert gone.status_code == 409 and "调查已结束，个人链接已销毁。" in gone.text


def test_an_outcome_leads_back_to_where_one_was(worker: FlaskClient, make_wave: MakeWave) -> None:
    wave, keys = wave_and_keys(worker, make_wave)
    with worker.application.app_context():
        case = service.cases(wave.id, search=keys[0])[0][0]
    here = f"/sample/waves/{wave.id}/cases"
    asked = f"{here}?q={keys[0]}&stratum={TOWN}"
    done = worker.submit(asked, form=f"{here}/{case.id}", disposition="NC")
    assert done.request.path == here and dict(done.request.args) == {"q": keys[0], "stratum": TOWN, "page": "1"}
    assert page_parts.alerts(done.text) == [("success", "访问结果已登记。")]
    assert last_entry(worker) == ("statistician", "case.disposition", wave.name, {})
    bad = worker.post(f"{here}/{case.id}", data={"csrf_token": worker.token(asked)})
    assert bad.status_code == 409 and "该样本的访问结果未作修改。" in bad.text


def test_a_table_of_outcomes_is_checked_confirmed_and_dropped(worker: FlaskClient, make_wave: MakeWave) -> None:
    wave, keys = wave_and_keys(worker, make_wave)
    here, form = f"/sample/waves/{wave.id}/cases", f"/sample/waves/{wave.id}/dispositions"
    nothing = worker.submit(here, form=form)
    assert page_parts.alerts(nothing.text) == [("danger", "请选择文件。")]
    lines = f"key,disposition\n{keys[0]},NC\n{keys[1]},R\n".encode()
    checked = worker.submit(here, form=form, file=(io.BytesIO(lines), "d.csv"))
    assert "文件无误：将更新 2 个访问结果。" in checked.text and "登记 2 个结果" in checked.text
    done = worker.submit(checked.request.path)
    assert page_parts.alerts(done.text) == [("success", "已登记 2 个访问结果。")] and done.request.path == here
    assert worker.get(checked.request.path).status_code == 410
    again = worker.submit(here, form=form, file=(io.BytesIO(lines), "d.csv"))
    assert "文件无误，没有需要更新的内容。" in again.text


def test_faults_of_a_table_are_shown_up_to_a_number_and_counted(
    worker: FlaskClient, make_wave: MakeWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    wave, keys = wave_and_keys(worker, make_wave)
    here, form = f"/sample/waves/{wave.id}/cases", f"/sample/waves/{wave.id}/dispositions"
    lines = f"key,disposition\nnobody,I\n{keys[0]},？\n{keys[1]},O\n{keys[1]},O\n".encode()
    for most, shown in ((2, 2), (3, 3)):
        monkeypatch.setattr(pages, "MOST_FAULTS", most)
        page = worker.submit(here, form=form, file=(io.BytesIO(lines), "d.csv"))
        assert page.status_code == 422 and len(page_parts.rows(page.text)) == shown
        assert page_parts.alerts(page.text) == [("danger", "有 3 处需要修改；未登记任何结果。")]
        assert ("只显示前 2 处。" in page.text) is (most == 2)
    assert page_parts.rows(page.text)[0] == ["2", "key", "nobody", "本次调查没有这个样本，请核对编号。"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_links_go_out_with_how_to_reach_each_person_and_on_record(
    worker: FlaskClient, make_wave: MakeWave, kind: str
) -> None:
    wave, _ = wave_and_keys(worker, make_wave)
    file = worker.submit(f"/sample/waves/{wave.id}/cases", form=f"/sample/waves/{wave.id}/links.{kind}")
    name = f'attachment; filename="links-{wave.id}.{kind}"'
    assert file.headers["Content-Disposition"] == name
    assert last_entry(worker) == ("statistician", "wave.downloaded", wave.name, {"what": f"links.{kind}"})
    with worker.application.app_context():
        table = tables.read(file.data, columns={}, keep_others=True)
        links = service.links(wave.id)
    assert table.columns == ("编号", "层", "姓名", "电话", "地址", "个人链接")
    numbers = [int(link.case_key[1:]) for link in links]
    assert [list(row.cells.values()) for row in table.rows] == [
        [link.case_key, link.stratum, f"张{n}", f"1380000{n:04d}", f"长江路{n}号", link.url]
        for link, n in zip(links, numbers, strict=True)
    ]


def test_links_of_people_without_contacts_have_empty_cells(worker: FlaskClient, make_wave: MakeWave) -> None:
    wave, _ = wave_and_keys(worker, make_wave)
    with worker.application.app_context():
        service.forget_contacts(wave.frame_id)
    file = worker.submit(f"/sample/waves/{wave.id}/cases", form=f"/sample/waves/{wave.id}/links.csv")
    assert {tuple(line.split(",")[2:5]) for line in file.text.splitlines()[1:]} == {("", "", "")}


def test_letters_to_nobody_are_not_made(reader: FlaskClient, standing: Standing) -> None:
    token = {"csrf_token": reader.token("/password"), "stratum": "没有的层"}
    page = reader.post(f"/sample/waves/{standing.waves['open'].id}/letters", data=token)
    assert page.status_code == 409 and "没有需要寄信的对象。" in page.text


def test_letters_are_fetched_for_their_own_wave_only(worker: FlaskClient, make_wave: MakeWave) -> None:
    wave, _ = wave_and_keys(worker, make_wave)
    with worker.application.app_context():
        other = make_wave()
        token, foreign = kept_files.keep(b"%PDF mine", wave=wave.id), kept_files.keep(b"%PDF other", wave=other.id)
    here = f"/sample/waves/{wave.id}/letters"
    file = worker.submit(f"{here}/{token}")
    assert file.data == b"%PDF mine" and file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"] == f'attachment; filename="letters-{wave.id}.pdf"'
    assert worker.submit(f"{here}/{token}").data == b"%PDF mine", "they wait for a day"
    gone = worker.get(f"{here}/{foreign}")
    assert gone.status_code == 410 and "这份邀请信文件已不在。" in gone.text
    with worker.application.app_context():
        assert list(kept_files.named()) == [token], "what was asked for wrongly is dropped"
