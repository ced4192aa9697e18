"""Pages of imported ratings: a file is checked first, and taken whole or not at all."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import ImportFaults, Refused
from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.base.store import jobs
from survey.collect import service
from survey.collect.citizen.frame import blueprint
from survey.collect.pages.forms import RatingsForm
from survey.questions import service as questions
from survey.rounds import service as rounds

IMPORTERS = (Role.OFFICE, Role.STATISTICIAN)


@blueprint.route("/answers/import", methods=["GET", "POST"])
@allow(*IMPORTERS)
def import_answers() -> str | BaseResponse | tuple[str, int]:
    form = RatingsForm()
    if not form.validate_on_submit():
        return render_template("collect/import.html", form=form)
    data, choice = form.file.data.read(), form.choice()
    try:
        plan = service.check_ratings(data, choice)
    except ImportFaults as error:
        return render_template("collect/import.html", form=form, refused=error), 422
    except Refused as error:
        form.mapping.errors = [f"{error.message} {error.remedy}".strip()]
        return render_template("collect/import.html", form=form), 422
    return render_template(
        "collect/import_ready.html",
        plan=plan,
        before=service.imported_before(data),
        choice=choice,
        upload=service.keep_upload(data, choice),
        form=questions.questionnaire(choice.form),
        group_names=rounds.group_names(),
        source_name=questions.SOURCE_NAMES[choice.kind],
        language=str(get_locale()),
    )


@blueprint.post("/answers/import/<upload>")
@allow(*IMPORTERS)
def confirm_import(upload: str) -> BaseResponse:
    actor, again = viewer().username, bool(request.form.get("again"))
    done = url_for(".answers", source=request.form.get("source"), round="all")

    def work(progress: jobs.Progress) -> str:
        service.import_kept_ratings(upload, actor=actor, again=again)
        return done

    job = jobs.start(gettext("Import of ratings"), work, user_id=viewer().user_id)
    flash(gettext("The import has begun; its answers appear here when it is done."), "info")
    return redirect(url_for("house.job", job_id=job))
