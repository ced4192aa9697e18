"""A list on pages: uploaded, described, checked, stored, its contacts forgotten, the list itself deleted."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from survey.base import clock
from survey.base.people.roles import Role
from survey.sample import service
from survey.sample.pages import frames as pages
from tests import page_parts
from tests.client import Reader
from tests.conftest import SignIn
from tests.sample.conftest import SOURCE, MakeWave, Standing, frame_csv

SMALL = "编号,区域,电话\na,城镇,12345\nb,乡村,\n"


@pytest.fixture
def worker(client: FlaskClient, sign_in: SignIn) -> FlaskClient:
    sign_in(client, Role.STATISTICIAN)
    return client


def upload(worker: FlaskClient, text: str = SMALL, name: str = "服务.对象.csv") -> str:
    """Upload a list; returns the address where it is described."""
    file = (io.BytesIO(text.encode()), name)
    return str(worker.submit("/sample/frames/new", follow=False, file=file).location)


def invalid(page: str) -> dict[str, str]:
    """Field -> what is wrong with it."""
    return {name: page_parts.words(said) for name, said in re.findall(r'id="(\w+)-error">(.*?)</div>', page, re.DOTALL)}


def test_an_upload_needs_a_file_that_is_a_table(worker: FlaskClient) -> None:
    assert invalid(worker.submit("/sample/frames/new").text) == {"file": "请选择文件。"}
    page = worker.submit("/sample/frames/new", file=(io.BytesIO(b""), "x.csv"))
    assert page.status_code == 422 and invalid(page.text) == {"file": "文件是空的。"}
    assert page_parts.rows(page.text) == [["–", "", "", "请上传带表头、每行一条的文件。"]]


def test_a_description_begins_with_what_the_file_tells(worker: FlaskClient) -> None:
    page = worker.get(upload(worker)).text
    held = next(form.values for form in Reader(page).forms if "name" in form.values)
    assert held["name"] == ["服务.对象"] and held["supplied_on"] == [clock.today().isoformat()]
    assert [held[f"roles-{i}"] for i in range(3)] == [["key"], ["stratum"], ["phone"]]
    assert [row[:2] for row in page_parts.rows(page)] == [["编号", "a · b"], ["区域", "城镇 · 乡村"], ["电话", "12345"]]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"name": ""}, "name", "请填写抽样框名称。"),
        ({"name": "名" * 101}, "name", ""),
        ({"name": " 服务对象名单 "}, "name", "已有同名抽样框，请换一个名称。"),
        ({"supplied_by": ""}, "supplied_by", "请填写名单提供者。"),
        ({"supplied_by": "局" * 201}, "supplied_by", ""),
        ({"supplied_on": ""}, "supplied_on", "请填写名单移交日期。"),
        ({"note": "注" * 2001}, "note", ""),
    ],
)
def test_a_description_is_looked_over_field_by_field(
    worker: FlaskClient, values: dict[str, str], field: str, words: str
) -> None:
    with worker.application.app_context():
        service.add_frame(SOURCE, [service.Case("a", ("城镇", "居民"))])
    page = worker.submit(upload(worker), **{"supplied_by": "数据局", **values})
    found = invalid(page.text)
    assert list(found) == [field] and (found[field] == words or not words)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (["stratum", "stratum", "omit"], "请选择且只选择一列作为编号。"),
        (["key", "key", "omit"], "请选择且只选择一列作为编号。"),
        (["key", "phone", "phone"], "每种联系方式请只选择一列。"),
        (["key", "name", "name"], "每种联系方式请只选择一列。"),
        (["key", "address", "address"], "每种联系方式请只选择一列。"),
    ],
)
def test_columns_have_one_key_and_each_contact_once(worker: FlaskClient, roles: list[str], words: str) -> None:
    chosen = {f"roles-{i}": role for i, role in enumerate(roles)}
    page = worker.submit(upload(worker), supplied_by="数据局", **chosen)
    assert page_parts.alerts(page.text) == [("danger", words)]


def test_at_most_six_columns_make_strata(worker: FlaskClient) -> None:
    text = "编号," + ",".join(f"层{i}" for i in range(7)) + "\na" + ",x" * 7 + "\n"
    page = worker.submit(upload(worker, text), supplied_by="数据局")
    assert page_parts.alerts(page.text) == [("danger", "请最多选择 6 个分层列。")]
    six = worker.submit(upload(worker, text), supplied_by="数据局", **{"roles-7": "omit"})
    assert six.request.path.endswith("/check") and six.status_code == 200


def test_what_was_read_is_shown_before_it_is_stored(worker: FlaskClient) -> None:
    checked = worker.submit(
        upload(worker), name=" 名单甲 ", supplied_by=" 数据局 ", note=" 去重 ", supplied_on="2026-02-01"
    )
    assert "由数据局于 2026-02-01 提供" in checked.text and "名单无误：将导入 2 个单位。" in checked.text
    assert page_parts.rows(checked.text) == [["乡村", "1"], ["城镇", "1"]] and "%(" not in checked.text
    with worker.application.app_context():
        assert service.frames() == []
    made = worker.submit(checked.request.path)
    with worker.application.app_context():
        frame = service.frame(1)
        assert service.contacts(1, ["a", "b"]) == {"a": {"phone": "12345"}}
    assert made.request.path == "/sample/frames/1" and frame.frame_hash in checked.text
    assert (frame.name, frame.supplied_by, frame.note, frame.columns) == ("名单甲", "数据局", "去重", ("区域",))
    assert frame.supplied_on.isoformat() == "2026-02-01" and frame.key_column == "编号"
    assert worker.get(checked.request.path).status_code == 410, "the upload is kept no longer"


def test_a_list_that_is_not_described_yet_cannot_be_checked(worker: FlaskClient) -> None:
    described = upload(worker)
    token = {"csrf_token": worker.token(described)}
    for ask in (worker.get(f"{described}/check"), worker.post(f"{described}/check", data=token)):
        assert ask.status_code == 302 and ask.location == described


def test_faults_of_a_list_are_shown_up_to_a_number_and_counted(
    worker: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_FAULTS", 1)
    page = worker.submit(upload(worker, "编号,区域\n,城镇\na,\n"), supplied_by="数据局")
    assert page.status_code == 422 and len(page_parts.rows(page.text)) == 1
    assert page_parts.alerts(page.text) == [("danger", "有 2 处需要修改；未保存任何内容。")]
    assert "只显示前 1 处。" in page.text
    token = {"csrf_token": worker.token("/password")}
    assert worker.post(page.request.path, data=token).status_code == 422, "a faulty list cannot be confirmed"


@pytest.mark.parametrize(("limit", "beside"), [(0, False), (-1, True)])
def test_one_byte_more_than_long_is_read_beside_the_request(
    worker: FlaskClient, monkeypatch: pytest.MonkeyPatch, limit: int, beside: bool
) -> None:
    monkeypatch.setattr(pages, "LONG_UPLOAD", len(SMALL.encode()) + limit)
    begun = worker.submit(upload(worker), follow=False, supplied_by="数据局")
    assert begun.location.startswith("/sample/frames/new/") is not beside


def test_contacts_are_forgotten_and_a_spare_list_is_deleted_from_its_page(
    worker: FlaskClient, make_wave: MakeWave
) -> None:
    with worker.application.app_context():
        used = make_wave("draft").frame_id
        spare = service.import_frame(frame_csv(9).encode(), replace(SOURCE, contacts={}))
    page = worker.get(f"/sample/frames/{used}").text
    assert page_parts.facts(page)["联系方式"] == "已加密" and "第 1 波" in page and "/remove" not in page
    forgotten = worker.submit(f"/sample/frames/{used}", form=f"/sample/frames/{used}/forget")
    assert page_parts.alerts(forgotten.text) == [("success", "联系方式已删除。")]
    assert page_parts.facts(forgotten.text)["联系方式"] == "无" and "/forget" not in forgotten.text
    alone = worker.get(f"/sample/frames/{spare.id}").text
    assert "/forget" not in alone and "第 1 波" not in alone
    gone = worker.submit(f"/sample/frames/{spare.id}", form=f"/sample/frames/{spare.id}/remove")
    assert gone.request.path == "/sample/frames" and page_parts.alerts(gone.text) == [("success", "抽样框已删除。")]
    assert [row[0] for row in page_parts.rows(gone.text)] == ["服务对象名单 1"]


def test_lists_belong_to_the_statistician(standing: Standing, sign_in: SignIn) -> None:
    client = standing.app.test_client()
    for role in (Role.OFFICE, Role.AUDITOR, Role.INTERVIEWER, Role.UNIT_MANAGER, Role.FOLLOW_UP):
        sign_in(client, role)
        token = {"csrf_token": client.token("/password")}
        looks = ["/sample/frames", "/sample/frames/new", "/sample/frames/1", "/sample/frames/new/x/check"]
        assert [client.get(path).status_code for path in looks] == [403] * 4
        assert [client.post(f"/sample/frames/1/{do}", data=token).status_code for do in ("forget", "remove")] == [
            403,
            403,
        ]
