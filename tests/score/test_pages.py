"""The office's path through the pages, and what each role may see."""

from __future__ import annotations

import html
import io
import re
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from survey.base.people.roles import Role
from survey.score import service
from tests import two_people
from tests.conftest import SignIn
from tests.score.judging import INDEX_88, Judging

TABLE = "单位编号,工作考核\n101,95\n102,90\n"


@pytest.fixture
def judging(app: Flask) -> Judging:
    with app.app_context():
        made = Judging([("101", "1"), ("102", "1")])
        for code in ("101", "102"):
            made.polled(code, INDEX_88)
            made.led(code, [90, 91, 92, 93, 94])
        made.compute()
    return made


def upload(client: FlaskClient, path: str, text: str) -> str:
    """Send a file through its dry run and confirm it."""
    page = client.submit(path, file=(io.BytesIO(text.encode("gb18030")), "values.csv"))
    assert "尚未保存" in page.text
    kept = re.search(r'name="kept" value="([\w-]+)"', page.text)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert kept
    assert token
    values = {"kept": kept[1], "csrf_token": token[1]}
    return client.post(f"{path}/confirm", data=values, follow_redirects=True).text


def test_the_office_goes_from_indices_to_a_frozen_sheet(client: FlaskClient, sign_in: SignIn, judging: Judging) -> None:
    sign_in(client, Role.OFFICE)
    round_id = judging.round.id
    assert "单位101" in client.get(f"/score/values?round={round_id}&scheme=taizhou-2013").text
    assert "已保存 2 个数据" in upload(client, f"/score/values/{round_id}/taizhou-2013/components", TABLE)
    page = client.submit("/score/new", round_id=str(round_id), scheme="taizhou-2013")
    assert page.request.path == "/score/1"
    assert "93.84" in page.text
    why = client.get(f"/score/1/units/{judging.unit_ids['101']}").text
    assert "95.00 ÷ 100 × 80 = 76.00" in why
    assert "16.04" not in why
    assert f"/unit/{judging.unit_ids['101']}?source=poll" in why
    confirm = client.get("/score/1/freeze").text
    assert "评议期尚未结束" in confirm
    frozen = frozen_by_two(client, sign_in, units=2)
    assert "签名校验无误" in frozen.text
    assert b"93.84" in client.get("/score/1/table.csv").data
    book = load_workbook(io.BytesIO(client.get("/score/1/table.xlsx").data))
    assert book.active is not None
    assert [cell.value for cell in book.active[2]][2:7:4] == ["单位101", 93.84]
    assert client.get("/score/1/signed.json").json["content"]["number"] == 1
    assert client.get("/score/1/chart.svg?class=1").data.startswith(b"<?xml")
    assert client.get("/score/1/print").status_code == 200
    corrected = client.submit("/score/1/correct", reason="工作考核分录错")
    assert corrected.request.path == "/score/2"
    assert "工作考核分录错" in corrected.text


def test_a_sheet_without_indices_says_what_to_do_first(client: FlaskClient, sign_in: SignIn, app: Flask) -> None:
    with app.app_context():
        round_id = Judging().round.id
    sign_in(client, Role.OFFICE)
    page = client.submit("/score/new", round_id=str(round_id), scheme="bailian")
    assert page.status_code == 409
    assert "请先到“评议结果”计算指数" in page.text


def test_a_scheme_that_asks_nobody_needs_no_computation_on_any_page(
    client: FlaskClient, sign_in: SignIn, app: Flask
) -> None:
    with app.app_context():
        judging = Judging()
        new = [service.NewValue(name, judging.unit_ids["101"], 90.0) for name in ("results", "conduct")]
        service.set_values(judging.round.id, "hami", new)
    sign_in(client, Role.OFFICE)
    page = client.submit("/score/new", round_id=str(judging.round.id), scheme="hami")
    assert page.request.path == "/score/1"
    assert "90.00" in page.text
    assert "90.0" in client.get("/score/1/table.csv").text
    unit = judging.unit_ids["101"]
    for path in ("/score", f"/score/1/units/{unit}", "/score/1/print", "/score/1/chart.svg?class=1", "/score/1/freeze"):
        assert client.get(path).status_code == 200, path
    frozen = frozen_by_two(client, sign_in, units=1)
    assert "签名校验无误" in frozen.text


def frozen_by_two(client: FlaskClient, sign_in: SignIn, *, units: int) -> TestResponse:
    """Sheet 1, asked for by the one who is signed in and confirmed by somebody else."""
    asked = client.submit("/score/1/freeze", units=str(units))
    assert "须由绩效办的另一人确认" in asked.text
    sign_in(client, Role.OFFICE, name="zhou")
    return client.submit("/score/1/freeze")


DEPUTIES = """id: deputies
version: 1
title: 只算人大代表
total: 100
classes:
  - codes: ["*"]
    components:
      - id: poll
        title: 人大代表评议
        share: 100
        source: poll
        group: deputies
        wave: 代表评议
"""


def test_the_workshop_shows_a_leaf_that_selects_nothing_on_its_line(
    client: FlaskClient, sign_in: SignIn, judging: Judging
) -> None:
    sign_in(client, Role.OFFICE)
    asked = {"text": DEPUTIES, "round_id": str(judging.round.id), "deed": "check"}
    page = client.submit("/schemes/new", **asked)
    assert page.status_code == 422
    line = DEPUTIES.splitlines().index("      - id: poll") + 1
    assert re.search(rf">{line}</td><td><code>classes\[0\].components\[0\]</code>", page.text)
    assert "民意调查" in page.text  # what the round does select
    assert "只算人大代表" in page.text  # nothing of the text is lost
    assert "人大代表" in page.text
    text_only = client.submit("/schemes/new", **{**asked, "round_id": "0"})
    assert text_only.status_code == 200
    stored = client.submit("/schemes/new", **{**asked, "deed": "store"})
    assert stored.request.path == "/schemes/1"


def test_a_sheet_by_a_scheme_that_does_not_fit_the_round_is_refused_with_what_is_wrong(
    app: Flask, client: FlaskClient, sign_in: SignIn, judging: Judging
) -> None:
    with app.app_context():
        service.add_scheme(DEPUTIES)
    sign_in(client, Role.OFFICE)
    page = client.submit("/score/new", round_id=str(judging.round.id), scheme="deputies")
    assert page.status_code == 422
    assert "人大代表评议" in page.text
    assert '<option selected value="deputies">' in page.text
    with app.app_context():
        assert service.sheet_list() == []


def test_an_index_opens_to_the_answers_that_its_leaf_selects(
    app: Flask, client: FlaskClient, sign_in: SignIn, judging: Judging
) -> None:
    telephone = DEPUTIES.replace("        group: deputies\n        wave: 代表评议\n", "        wave: 民意调查\n")
    with app.app_context():
        service.add_scheme(telephone + "        channel: [qr]\n        points_table: 100/75/50/25/0\n")
    sign_in(client, Role.OFFICE)
    client.submit("/score/new", round_id=str(judging.round.id), scheme="deputies")
    page = client.get(f"/score/1/units/{judging.unit_ids['101']}").text
    link = re.search(r'href="([^"]+/unit/[^"]+)"', page)
    assert link
    address = html.unescape(link[1])
    assert "source=poll" in address
    assert "channel=3" in address
    assert "points=100/75/50/25/0" in unquote(address)
    assert client.get(address).status_code == 200
    assert "二维码" in page


def test_a_faulty_scheme_is_not_stored_and_every_fault_is_shown(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, Role.OFFICE)
    text = service.shipped_text("hami").replace("share: 60", "share: 65")
    page = client.submit("/schemes/new", text=text, deed="store")
    assert page.status_code == 422
    assert "合计为 105%，应为 100%" in page.text
    sound = client.submit("/schemes/new", text=text.replace("share: 65", "share: 60"), deed="check")
    assert "方案检查无误，尚未保存" in sound.text
    stored = client.submit("/schemes/new", text=text.replace("share: 65", "share: 60"), deed="store")
    assert stored.request.path == "/schemes/1"


def test_a_refused_upload_lists_its_faults(client: FlaskClient, sign_in: SignIn, judging: Judging) -> None:
    sign_in(client, Role.OFFICE)
    path = f"/score/values/{judging.round.id}/taizhou-2013/components"
    page = client.submit(path, file=(io.BytesIO("单位编号,work\n101,101\n".encode()), "values.csv"))
    assert page.status_code == 422
    assert "请写 0 至 100 之间的数" in page.text


def test_a_unit_manager_sees_their_own_line_only(
    app: Flask, client: FlaskClient, sign_in: SignIn, judging: Judging
) -> None:
    with app.app_context():
        units = judging.unit_ids
        service.set_values(
            judging.round.id, "taizhou-2013", [service.NewValue("work", unit, 90) for unit in units.values()]
        )
        service.make_sheet(judging.round.id, "taizhou-2013")
        sign_in(client, Role.UNIT_MANAGER, units=[units["101"]])
    assert client.get("/score/1").status_code == 404
    with app.app_context():
        two_people.freeze(1)
    page = client.get("/score/1").text
    assert "单位101" in page
    assert "单位102" not in page
    assert client.get(f"/score/1/units/{units['102']}").status_code == 404
    assert "单位102" not in client.get("/score/1/table.csv").text
    for path in (
        "/score/1/signed.json",
        "/score/1/chart.svg",
        "/score/1/freeze",
        "/schemes",
        "/score/values",
        "/feed-keys",
    ):
        assert client.get(path).status_code == 403, path


def test_a_key_is_shown_once(client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, Role.ADMIN)
    shown = client.submit("/feed-keys", name="绩效管理电子评估系统").text
    secret = re.search(r"psf_[\w-]{32}", shown)
    assert secret
    assert secret[0] not in client.get("/feed-keys").text
    assert client.get("/feed/v1/", headers={"X-API-Key": secret[0]}).status_code == 200
    assert "已停用" in client.submit("/feed-keys", form="/feed-keys/1/revoke").text
