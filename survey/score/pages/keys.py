"""Pages of feed keys."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.people.guard import allow, viewer
from survey.base.people.roles import Role
from survey.score import service
from survey.score.pages.forms import KeyForm

blueprint = Blueprint("keys", __name__)


@blueprint.route("/feed-keys", methods=["GET", "POST"])
@allow(Role.ADMIN)
def listing() -> str:
    """The keys; a new one is shown in the answer to its making and never again."""
    form, secret = KeyForm(), ""
    if form.validate_on_submit():
        secret = service.make_feed_key(form.name.data, viewer())
    return render_template("score/keys.html", keys=service.feed_keys(), form=form, secret=secret)


@blueprint.post("/feed-keys/<int:key_id>/revoke")
@allow(Role.ADMIN)
def revoke(key_id: int) -> BaseResponse:
    service.revoke_feed_key(key_id, viewer())
    flash(gettext("The key no longer opens the feed."), "success")
    return redirect(url_for(".listing"))
