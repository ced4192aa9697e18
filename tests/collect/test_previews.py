"""What a citizen's form looks like, to staff: at a counter that does not exist, on every scale."""

from __future__ import annotations

import pytest

from survey.base.people.roles import Role
from survey.collect.pages.answers import READERS
from tests.client import Client
from tests.collect.conftest import Fair


@pytest.fixture
def office(fair: Fair, sign_in) -> Client:
    client = fair.app.test_client()
    sign_in(client, Role.OFFICE)
    return client


@pytest.mark.parametrize(("code", "words"), [("F", "优秀"), ("T", "基本满意"), ("X", "10 分"), ("W1", "非常满意")])
def test_a_counter_form_is_seen_as_citizens_see_it_and_cannot_be_sent(
    fair: Fair, office: Client, code: str, words: str
):
    page = office.get(f"/questionnaires/{code}/1/preview")
    assert page.status_code == 200
    for said in (words, "单位名称", "窗口名称"):
        assert said in page.text
    assert "停用" not in page.text
    assert 'name="token" value="preview"' in page.text
    assert page.headers["Content-Security-Policy"] == fair.app.extensions["citizen_policy"]
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("code", ["G", "L"])
def test_other_forms_have_no_preview(office: Client, code: str):
    page = office.get(f"/questionnaires/{code}/1/preview")
    assert page.status_code == 404
    assert "只有窗口问卷可以预览，其他问卷因受访者而异。" in page.text


@pytest.mark.parametrize("path", ["/questionnaires/W1/99/preview", "/questionnaires/W99/1/preview"])
def test_there_is_no_preview_of_a_version_that_is_not_there(office: Client, path: str):
    page = office.get(path)
    assert page.status_code == 404
    assert "没有编号为" in page.text


def test_who_reads_answers_may_look_at_a_form(fair: Fair, sign_in):
    for role in Role:
        client = fair.app.test_client()
        sign_in(client, role, units=[fair.units["a"]])
        expected = 200 if role in {*READERS, Role.ADMIN} else 403
        assert client.get("/questionnaires/F/1/preview").status_code == expected, role
