"""Pages of frames: upload, meaning of the columns, dry run, and the frame itself. Only statisticians open them."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from survey.base import clock
from survey.base.errors import FaultGroup, ImportFaults
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs, kept_files
from survey.base.store.jobs import Progress
from survey.sample import rules, service
from survey.sample.frame import preview
from survey.sample.pages.forms import FrameForm, SampleFileForm

blueprint = Blueprint("frames", __name__, url_prefix="/sample/frames")
#: what a page shows of a fault
FAULT_PARTS = ("line", "column", "value", "remedy")
#: faults a page lists; the rest is counted
MOST_FAULTS = 200
#: an upload longer than this is worked on beside the request
LONG_UPLOAD = 1_000_000


@blueprint.get("")
@allow(Role.STATISTICIAN)
def index() -> str:
    return render_template("sample/frames.html", frames=service.frames())


@blueprint.route("/new", methods=["GET", "POST"])
@allow(Role.STATISTICIAN)
def upload() -> Any:
    form = SampleFileForm()
    faults: list[FaultGroup] = []
    if form.validate_on_submit():
        data = form.file.data.read()
        try:
            headings = [column.heading for column in preview.columns(data)]
        except ImportFaults as error:
            form.file.errors, faults = [error.message], error.groups
        else:
            token = kept_files.keep(data, headings=headings, filename=form.file.data.filename or "")
            return redirect(url_for(".describe", token=token))
    return render_template("sample/frame_upload.html", form=form, faults=faults), 422 if faults else 200


@blueprint.route("/new/<token>", methods=["GET", "POST"])
@allow(Role.STATISTICIAN)
def describe(token: str) -> str | Response:
    """Say what the list is and what its columns mean."""
    notes, data = kept_files.notes(token), kept_files.take(token)
    columns = preview.columns(data)
    form = FrameForm(
        headings=notes["headings"],
        data={
            "name": notes["filename"].rsplit(".", 1)[0],
            "supplied_on": clock.today(),
            "roles": [service.guess_role(heading) for heading in notes["headings"]],
        },
    )
    if form.validate_on_submit():
        source = form.source()
        kept_files.note(token, source=_plain(source))

        def work(progress: Progress) -> str:
            return _check(token, source)

        return _beside(gettext("Checking %(name)s", name=source.name), work, long=len(data) > LONG_UPLOAD)
    described = list(zip(columns, form.roles.entries, strict=True))
    return render_template("sample/frame_describe.html", form=form, columns=described, filename=notes["filename"])


def _beside(title: str, work: Any, *, long: bool) -> Response:
    """Do short work at once and long work as a job; either way the reader ends on the result's page."""
    if long:
        return redirect(url_for("house.job", job_id=jobs.start(title, work, user_id=viewer().user_id)))
    return redirect(work(lambda done, total: None))


def _plain(source: service.FrameSource) -> dict[str, Any]:
    return {
        **vars(source),
        "supplied_on": source.supplied_on.isoformat(),
        "columns": list(source.columns),
        "contacts": dict(source.contacts),
    }


def _source(notes: Any) -> service.FrameSource:
    values = dict(notes["source"])
    values["supplied_on"] = date.fromisoformat(values["supplied_on"])
    values["columns"] = tuple(values["columns"])
    return service.FrameSource(**values)


def _check(token: str, source: service.FrameSource) -> str:
    """Read the whole list, keep what was found, and say where to look at it."""
    try:
        cases = service.read_cases(kept_files.take(token), source)
    except ImportFaults as error:
        shown = [{name: getattr(group, name) for name in FAULT_PARTS} for group in error.groups[:MOST_FAULTS]]
        kept_files.note(token, faults=shown, count=len(error.faults), sizes=None)
    else:
        sizes: dict[str, dict[str, int]] = {}
        for place, column in enumerate(source.columns):
            counted = sizes.setdefault(column, {})
            for case in cases:
                counted[case.values[place]] = counted.get(case.values[place], 0) + 1
        found = rules.frame_hash(source.columns, ((case.key, case.values) for case in cases))
        kept_files.note(token, faults=[], count=len(cases), sizes=sizes, hash=found)
    return _address(".check", token=token)


def _address(endpoint: str, **values: Any) -> str:
    """An address that can also be made in a job's thread, where there is no request."""
    paths = {".check": "/sample/frames/new/{token}/check", ".show": "/sample/frames/{frame_id}"}
    return paths[endpoint].format(**values)


@blueprint.route("/new/<token>/check", methods=["GET", "POST"])
@allow(Role.STATISTICIAN)
def check(token: str) -> Any:
    """The dry run: every fault, or what will be stored and the button that stores it."""
    notes = kept_files.notes(token)
    if "faults" not in notes:  # nobody has said yet what its columns mean, or the reading is still under way
        return redirect(url_for(".describe", token=token))
    if request.method == "POST" and not notes["faults"]:
        data, source = kept_files.take(token), _source(notes)

        def work(progress: Progress) -> str:
            made = service.import_frame(data, source, progress)
            kept_files.drop(token)
            return _address(".show", frame_id=made.id)

        title = gettext("Storing %(name)s", name=source.name)
        return _beside(title, work, long=len(data) > LONG_UPLOAD)
    faults = notes["faults"]
    page = render_template("sample/frame_check.html", notes=notes, faults=faults, source=_source(notes), token=token)
    return page, 422 if faults else 200


@blueprint.get("/<int:frame_id>")
@allow(Role.STATISTICIAN)
def show(frame_id: int) -> str:
    found = service.frame(frame_id)
    sizes = {column: service.stratum_sizes(frame_id, [column]) for column in found.columns}
    waves = [wave for wave in service.waves() if wave.frame_id == frame_id]
    return render_template("sample/frame.html", frame=found, sizes=sizes, waves=waves)


@blueprint.post("/<int:frame_id>/forget")
@allow(Role.STATISTICIAN)
def forget(frame_id: int) -> Response:
    service.forget_contacts(frame_id)
    flash(gettext("The contact details have been deleted."), "success")
    return redirect(url_for(".show", frame_id=frame_id))


@blueprint.post("/<int:frame_id>/remove")
@allow(Role.STATISTICIAN)
def remove(frame_id: int) -> Response:
    service.remove_frame(frame_id)
    flash(gettext("The frame has been deleted."), "success")
    return redirect(url_for(".index"))
