"""Work that takes longer than a page may: it runs in a thread, and its page shows how far it is.

The work runs in an application context of its own. It reads with `database.reading()`, computes, and touches
`session()` only at the end: on SQLite a session holds the write lock from its first statement to its commit, and
meanwhile neither progress nor a rating could be stored.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import force_locale, get_locale, gettext
from sqlalchemy import CheckConstraint, DateTime, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.base import clock
from survey.base.errors import NotFound, SurveyError
from survey.base.store.database import Base, commit, session

log = logging.getLogger(__name__)
#: a job that has not moved for so long died with its process
SILENCE = timedelta(minutes=2)

#: reports how far the work is: done of total
Progress = Callable[[int, int], None]


class JobRow(Base):
    """One piece of long work."""

    __tablename__ = "job"
    __table_args__ = (CheckConstraint("state IN ('running', 'done', 'failed')", "state_known"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default="running")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    #: why it failed, for the person who waits
    message: Mapped[str] = mapped_column(Text, default="")
    #: where its result can be seen
    result_url: Mapped[str] = mapped_column(String(300), default="")
    moved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    started_by: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class Status:
    """A job as its page shows it."""

    id: str
    title: str
    state: str
    done: int
    total: int
    message: str
    result_url: str
    started_by: int


def start(title: str, work: Callable[[Progress], str], *, user_id: int = 0) -> str:
    """Run `work` beside the request; returns the job's number.

    Args:
        work: called in a thread with an application context of its own; it may report progress, and returns the
            address of the page that shows its result. A `SurveyError` becomes the sentence on the job's page.
            It reports progress only while it holds no transaction of `session()`: SQLite has one writer.
    """
    job = JobRow(id=secrets.token_urlsafe(16), title=title, moved_at=clock.now(), started_by=user_id)
    session().add(job)
    commit()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the thread outlives this request's proxy
    locale = str(get_locale())
    threading.Thread(target=_run, args=(app, job.id, locale, work), daemon=True).start()
    return job.id


def _run(app: object, job_id: str, locale: str, work: Callable[[Progress], str]) -> None:
    """The work's context ends before its outcome is noted: on SQLite an open transaction would keep the note out."""

    def progress(done: int, total: int) -> None:
        _note(app, job_id, done=done, total=total)

    with app.app_context(), force_locale(locale):  # type: ignore[attr-defined]  # a Flask application
        outcome = _outcome(job_id, work, progress)
    _note(app, job_id, **outcome)


def _outcome(job_id: str, work: Callable[[Progress], str], progress: Progress) -> dict[str, str]:
    try:
        return {"state": "done", "result_url": work(progress)}
    except SurveyError as error:
        return {"state": "failed", "message": f"{error.message} {error.remedy}".strip()}
    except Exception:  # a thread's last line of defence: the waiting person must hear of it
        log.exception("job %s failed", job_id)
        words = gettext("The work stopped on a fault of the program. Nothing half-done was stored.")
        return {"state": "failed", "message": words}


def _note(app: object, job_id: str, **values: object) -> None:
    """In a context of its own, so that the work's transaction stays the work's."""
    with app.app_context():  # type: ignore[attr-defined]  # a Flask application
        job = session().get(JobRow, job_id)
        if job is not None:
            for name, value in {**values, "moved_at": clock.now()}.items():
                setattr(job, name, value)
            commit()


def status(job_id: str) -> Status:
    """How far a job is."""
    job = session().get(JobRow, job_id)
    if job is None:
        raise NotFound(gettext("There is no such job."))
    state, message = job.state, job.message
    if state == "running" and clock.now() - clock.local(job.moved_at) > SILENCE:
        state, message = "failed", gettext("The work has not moved for two minutes; start it again.")
    return Status(job.id, job.title, state, job.done, job.total, message, job.result_url, job.started_by)
