"""Long work beside the request: its page follows it, and a failure is a sentence."""

from __future__ import annotations

import time

from flask import Flask

from survey.base.errors import Refused
from survey.base.people import audit
from survey.base.people.roles import Role
from survey.base.store import jobs
from survey.base.store.database import commit
from survey.base.store.jobs import Progress
from tests.client import Client
from tests.conftest import SignIn

SECONDS = 20


def finished(app: Flask, job_id: str) -> jobs.Status:
    """Wait for a job's end."""
    for _ in range(SECONDS * 20):
        with app.app_context():
            status = jobs.status(job_id)
        if status.state != "running":
            return status
        time.sleep(0.05)
    raise AssertionError("the job did not end")


def test_work_reports_its_way_and_leads_to_its_result(app_on_each_database: Flask, sign_in: SignIn) -> None:
    def work(progress: Progress) -> str:
        progress(1, 2)
        audit.record("work.done", "试验")
        commit()
        return "/people"

    with app_on_each_database.app_context():
        job_id = jobs.start("试验", work)
    status = finished(app_on_each_database, job_id)
    assert (status.state, status.done, status.total, status.result_url) == ("done", 1, 2, "/people")
    client: Client = app_on_each_database.test_client()
    sign_in(client, Role.ADMIN)
    assert client.get(f"/jobs/{job_id}").headers["Location"] == "/people"


def test_a_refusal_is_shown_in_its_own_words(app: Flask) -> None:
    def work(progress: Progress) -> str:
        raise Refused("没有可计算的答卷。")

    with app.app_context():
        job_id = jobs.start("试验", work)
    assert finished(app, job_id).message == "没有可计算的答卷。"


def test_a_fault_of_ours_does_not_leave_anybody_waiting(app: Flask) -> None:
    def work(progress: Progress) -> str:
        raise ZeroDivisionError

    with app.app_context():
        job_id = jobs.start("试验", work)
    status = finished(app, job_id)
    assert status.state == "failed"
    assert "ZeroDivisionError" not in status.message
