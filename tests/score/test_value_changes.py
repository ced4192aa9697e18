"""What other offices decided leaves a trace: who changed it, when, from what to what, and why."""

from __future__ import annotations

import io

from flask import Flask

from survey.base.people.roles import Role
from survey.score import service
from tests.client import Client
from tests.conftest import SignIn
from tests.score.desk import OFFICE, Desk
from tests.score.schemes_written import external, scheme_of

SCHEME = scheme_of(external("a"), tail="deductions: [{id: late, title: 迟报, each: 2, clears: true}]")


def told(desk: Desk, scheme: str = "test", most: int = 50) -> list[tuple[str, str, str, str, str]]:
    return [
        (line.actor, line.change.item, line.change.old, line.change.new, line.reason)
        for line in service.value_history(desk.year, scheme, most)
    ]


def test_every_change_stays_on_record_and_what_stays_is_none(app: Flask) -> None:
    with app.app_context():
        desk, one, other = Desk(), "101", "102"
        service.add_scheme(SCHEME)
        first = [service.NewValue("a", desk.unit_ids[unit], 90.0) for unit in (one, other)]
        service.set_values(desk.year, "test", first, viewer=OFFICE, reason="发文 3 号")
        service.set_values(
            desk.year, "test", [first[0], service.NewValue("a", desk.unit_ids[other], 85.5)], viewer=OFFICE
        )
        service.set_values(desk.next_year(), "test", first)
        assert told(desk) == [
            ("li", "a", "90", "85.5", ""),
            ("li", "a", "", "90", "发文 3 号"),
            ("li", "a", "", "90", "发文 3 号"),
        ]
        assert told(desk, most=1) == [("li", "a", "90", "85.5", "")]
        assert told(desk, "hami") == []


def test_entries_that_go_and_come_are_told_and_those_that_stay_are_not(app: Flask) -> None:
    with app.app_context():
        desk = Desk()
        service.add_scheme(SCHEME)
        late = service.NewExtra("late", desk.unit_ids["101"], 4.0, "月报", quantity=2.0)
        service.set_extras(desk.year, "test", [late, late], viewer=OFFICE)
        cleared = service.NewExtra("late", desk.unit_ids["101"], 4.0, "月报", quantity=2.0, cleared="已补报")
        service.set_extras(desk.year, "test", [late, cleared], viewer=OFFICE, reason="复核")
        assert told(desk) == [
            ("li", "late", "", "4 (2) 月报 ✓ 已补报", "复核"),
            ("li", "late", "4 (2) 月报", "", "复核"),
            ("li", "late", "", "4 (2) 月报", ""),
            ("li", "late", "", "4 (2) 月报", ""),
        ]


def test_an_upload_shows_what_would_change_before_it_is_stored(app: Flask, client: Client, sign_in: SignIn) -> None:
    with app.app_context():
        desk = Desk()
        service.add_scheme(SCHEME)
        desk.bring("test", {"a": {"101": 90, "102": 80}})
    sign_in(client, Role.OFFICE)
    path = f"/score/values/{desk.year}/test/components"
    page = client.submit(path, file=(io.BytesIO("编号,a\n101,90\n102,70\n".encode()), "v.csv")).text
    assert "将要发生的变更" in page
    assert "单位102" in page
    assert "单位101" not in page, "it stays as it was"
    with app.app_context():
        assert service.given(desk.year, "test").values["a", desk.unit_ids["102"]] == 80
    file = (io.BytesIO("编号,a\n101,90\n102,70\n".encode()), "v.csv")
    kept = client.submit(path, file=file).text.partition('name="kept" value="')[2][:22]
    form = {"csrf_token": client.token("/password"), "kept": kept, "reason": "复核后更正"}
    client.post(f"{path}/confirm", data=form)
    changes = client.get(f"/score/values/{desk.year}/test/changes").text
    assert "复核后更正" in changes
    assert changes.index("复核后更正") < changes.index("单位101"), "newest first"
    same = client.submit(path, file=(io.BytesIO("编号,a\n101,90\n".encode()), "v.csv")).text
    assert "没有变更。" in same


def test_the_office_and_the_auditor_read_the_changes(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        desk = Desk()
    for role in Role:
        client = app.test_client()
        sign_in(client, role, units=[desk.unit_ids["101"]])
        expected = 200 if role in {Role.OFFICE, Role.AUDITOR, Role.ADMIN} else 403
        assert client.get(f"/score/values/{desk.year}/hami/changes").status_code == expected, role
