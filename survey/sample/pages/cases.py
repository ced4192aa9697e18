"""Pages of drawn cases: who was drawn, what became of them, their personal links and letters. Statisticians only:
the sample stays sealed from everybody else, above all from the bodies that are rated."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base import clock
from survey.base.errors import Gone, ImportFaults, Refused
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import demo, jobs, kept_files
from survey.base.store.jobs import Progress
from survey.base.web import downloads, reach
from survey.sample import service
from survey.sample.pages.columns import stratum_name
from survey.sample.pages.forms import SampleFileForm
from survey.sample.rules import RESPONDED
from survey.sample.wave import letters
from survey.sample.wave.used import STEP, show_in_steps

blueprint = Blueprint("cases", __name__, url_prefix="/sample/waves/<int:wave_id>")
PAGE_SIZE = 50
MOST_FAULTS = 200


@blueprint.get("/cases")
@allow(Role.STATISTICIAN)
def index(wave_id: int) -> str:
    page, filters = max(request.args.get("page", 1, type=int), 1), _filters()
    wave = service.wave(wave_id)
    show_in_steps(wave_id, everything=wave.state == "closed")
    found, total = service.cases(wave_id, page=page, size=PAGE_SIZE, in_steps=True, **filters)
    return render_template(
        "sample/cases.html",
        wave=wave,
        step=STEP,
        outcome_names={code: name for code, name in service.DISPOSITION_NAMES.items() if code not in RESPONDED},
        cases=found,
        total=total,
        page=page,
        size=PAGE_SIZE,
        stratum_choices=[(field.label, stratum_name(field.label)) for field in service.strata(wave_id)],
        form=SampleFileForm(),
        **filters,
    )


def _filters() -> dict[str, str]:
    asked = {"search": "q", "stratum": "stratum", "disposition": "disposition"}
    return {name: request.args.get(argument, "") for name, argument in asked.items()}


@blueprint.post("/cases/<int:case_id>")
@allow(Role.STATISTICIAN)
def set_disposition(wave_id: int, case_id: int) -> BaseResponse:
    service.set_disposition(wave_id, case_id, request.form.get("disposition", ""))
    flash(gettext("The outcome is recorded."), "success")
    kept: dict[str, Any] = {name: request.args.get(name) or None for name in ("q", "stratum", "disposition", "page")}
    return redirect(url_for(".index", wave_id=wave_id, **kept))


@blueprint.post("/dispositions")
@allow(Role.STATISTICIAN)
def upload(wave_id: int) -> BaseResponse:
    form = SampleFileForm()
    if not form.validate_on_submit():
        flash(" ".join(str(error) for error in form.file.errors), "danger")
        return redirect(url_for(".index", wave_id=wave_id))
    return redirect(url_for(".check", wave_id=wave_id, token=kept_files.keep(form.file.data.read())))


@blueprint.route("/dispositions/<token>", methods=["GET", "POST"])
@allow(Role.STATISTICIAN)
def check(wave_id: int, token: str) -> Any:
    """The dry run of a list of outcomes, and its confirmation."""
    data, wave = kept_files.take(token), service.wave(wave_id)
    if request.method == "POST":
        changed = service.import_dispositions(wave_id, data)
        kept_files.drop(token)
        flash(gettext("%(n)s outcomes were recorded.", n=changed), "success")
        return redirect(url_for(".index", wave_id=wave_id))
    try:
        changed = service.import_dispositions(wave_id, data, dry_run=True)
    except ImportFaults as error:
        faults = error.groups[:MOST_FAULTS]
        return render_template(
            "sample/dispositions_check.html", wave=wave, faults=faults, count=len(error.groups), changed=0
        ), 422
    return render_template("sample/dispositions_check.html", wave=wave, faults=(), count=0, changed=changed)


@blueprint.post("/links.<any(csv, xlsx):kind>")
@allow(Role.STATISTICIAN)
def links(wave_id: int, kind: str) -> Response:
    """Personal links with how to reach each person; by POST, since taking them out is put on record."""
    reach.require_meant()
    wave, found = service.wave(wave_id), service.links(wave_id)
    contacts = service.contacts(wave.frame_id, [link.case_key for link in found])
    header = [
        gettext("Case key"),
        gettext("Stratum"),
        gettext("Name"),
        gettext("Telephone"),
        gettext("Address"),
        gettext("Personal link"),
    ]
    rows = [[link.case_key, link.stratum, *_reached(contacts.get(link.case_key, {})), link.url] for link in found]
    service.note_download(wave_id, f"links.{kind}")
    return downloads.table(f"links-{wave_id}", kind, (header, rows), title=gettext("Links"))


def _reached(contact: dict[str, str]) -> list[str]:
    return [contact.get("name", ""), contact.get("phone", ""), contact.get("address", "")]


@blueprint.post("/letters")
@allow(Role.STATISTICIAN)
def make_letters(wave_id: int) -> BaseResponse:
    """Letters with QR codes, as a job: cutting the font to the glyphs in use alone takes a second."""
    reach.require_meant()
    wave = service.wave(wave_id)
    wanted = letters.collect(wave, service.links(wave_id), stratum=request.form.get("stratum", ""))
    if not wanted:
        raise Refused(gettext("There is nobody to write to."))
    service.note_download(wave_id, "letters.pdf")
    today = clock.today()
    with force_locale(letters.LANGUAGE):
        mark = demo.label()

    def work(progress: Progress) -> str:
        token = kept_files.keep(letters.pdf(wave, wanted, today, mark=mark, progress=progress), wave=wave_id)
        return f"/sample/waves/{wave_id}/letters/{token}"

    title = gettext("%(n)s letters of %(name)s", n=len(wanted), name=wave.name)
    return redirect(url_for("house.job", job_id=jobs.start(title, work, user_id=viewer().user_id)))


@blueprint.get("/letters/<token>")
@allow(Role.STATISTICIAN)
def ready_letters(wave_id: int, token: str) -> str:
    return render_template("sample/letters.html", wave=_wave_of(wave_id, token), token=token)


@blueprint.post("/letters/<token>")
@allow(Role.STATISTICIAN)
def fetch_letters(wave_id: int, token: str) -> Response:
    """Hand the letters over; they stay for a day, or until the wave closes."""
    _wave_of(wave_id, token)
    return downloads.attachment(kept_files.take(token), f"letters-{wave_id}.pdf")


def _wave_of(wave_id: int, token: str) -> service.Wave:
    """The wave, if these letters belong to it and their links still work."""
    wave = service.wave(wave_id)
    if wave.state == "closed" or kept_files.notes(token).get("wave") != wave_id:
        kept_files.drop(token)
        raise Gone(gettext("These letters are no longer here."), remedy=gettext("Make them again."))
    return wave
