"""The feed to the main appraisal system: frozen sheets, read with a key, never twice if unchanged.

Its addresses, documents and errors are described for the other side in `docs/feed.md`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response as BaseResponse

from survey.base.errors import SurveyError
from survey.base.people.guard import csrf, public
from survey.base.store import demo
from survey.score import service

blueprint = Blueprint("feed", __name__, url_prefix="/feed/v1")
DOCUMENTS = Path(__file__).parent.parent / "feed" / "documents"
PROBLEM = "application/problem+json"
JSON = "application/json"
SCHEMA = "application/schema+json"
VERSION = "1.0"
WRITING = ["POST", "PUT", "PATCH", "DELETE"]


@cache
def document(name: str) -> dict[str, Any]:
    """A document that ships with the feed: `sheet.json` (JSON Schema) or `openapi.json`."""
    found: dict[str, Any] = json.loads((DOCUMENTS / name).read_text(encoding="utf-8"))
    return found


@cache
def interface() -> dict[str, Any]:
    """The OpenAPI document; what a sheet is, it takes from the sheet's own schema, so that the two cannot differ."""
    text = (DOCUMENTS / "sheet.json").read_text(encoding="utf-8").replace("#/$defs/", "#/components/schemas/")
    sheet = json.loads(text)
    described = document("openapi.json")
    shapes = {**described["components"]["schemas"], **sheet["$defs"]}
    shapes["sheet"] = {key: sheet[key] for key in ("type", "additionalProperties", "required", "properties")}
    return {**described, "components": {**described["components"], "schemas": shapes}}


def _with_key(view: Callable[..., BaseResponse]) -> Callable[..., BaseResponse]:
    """Let a valid key in; say to all others what is needed."""

    @wraps(view)
    def checked(**arguments: Any) -> BaseResponse:
        secret = _secret()
        if not secret or service.feed_key(secret) is None:
            return _problem(401)
        return view(**arguments)

    return checked


def _secret() -> str:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "").strip()


@blueprint.get("/")
@public
@_with_key
def root() -> BaseResponse:
    return _answer(
        {
            "feed": "public-satisfaction-scores",
            "version": VERSION,
            "sheets": url_for(".sheets"),
            "schema": url_for(".schema"),
            "openapi": url_for(".openapi"),
            "public_key": {"algorithm": "Ed25519", "base64": service.public_key()},
            "demonstration": demo.present(),
        }
    )


@blueprint.get("/sheets")
@public
@_with_key
def sheets() -> BaseResponse:
    """All frozen sheets, newest first; `round` keeps those of one round."""
    wanted = request.args.get("round")
    found = []
    for entry in service.frozen_sheets():
        content = service.sheet(entry.id).content
        if wanted in (None, content.round["code"]):
            found.append(
                {
                    "number": entry.id,
                    "url": url_for(".sheet", number=entry.id),
                    "round": content.round,
                    "scheme": {key: content.scheme[key] for key in ("code", "version", "title", "total")},
                    "frozen_at": content.frozen_at,
                    "sha256": entry.sha256,
                    "replaces": content.replaces,
                    "corrected_by": list(entry.corrected_by),
                    "demonstration": content.demonstration,
                }
            )
    return _answer({"sheets": found})


@blueprint.get("/sheets/<int:number>")
@public
@_with_key
def sheet(number: int) -> BaseResponse:
    """One frozen sheet with its seal; it never changes, so its hash is its ETag."""
    entry = next((entry for entry in service.frozen_sheets() if entry.id == number), None)
    if entry is None:
        return _problem(404)
    return _tagged(Response(service.signed_document(number), content_type=JSON), entry.sha256)


@blueprint.get("/schema/sheet.json")
@public
def schema() -> BaseResponse:
    return _answer(document("sheet.json"), SCHEMA)


@blueprint.get("/openapi.json")
@public
def openapi() -> BaseResponse:
    return _answer(interface())


@blueprint.get("/public-key.pem")
@public
def public_key() -> Response:
    """What verifies the signatures of sheets."""
    return Response(service.public_key_pem(), mimetype="application/x-pem-file")


@blueprint.route("/", methods=WRITING, defaults={"rest": ""})
@blueprint.route("/<path:rest>", methods=["GET", *WRITING])
@public
def elsewhere(rest: str) -> Response:
    """Whatever the feed does not have, in the form in which its readers expect an error."""
    if request.method in WRITING:
        response = _problem(405)
        response.headers["Allow"] = "GET, HEAD, OPTIONS"
        return response
    return _problem(404)


def _answer(value: Any, kind: str = JSON) -> BaseResponse:
    response = Response(json.dumps(value, ensure_ascii=False, indent=1), content_type=kind)
    response.add_etag()
    return response.make_conditional(request)


def _tagged(response: Response, tag: str) -> BaseResponse:
    response.set_etag(tag)
    return response.make_conditional(request)


def _problem(status: int, detail: str = "") -> Response:
    """RFC 9457, in both languages: nobody knows who reads the log of the other side."""
    words = {}
    for locale, key in (("zh_Hans", "zh"), ("en", "en")):
        with force_locale(locale):
            titles = {
                401: gettext("A valid API key is needed."),
                404: gettext("The feed has no such frozen sheet or address."),
                405: gettext("The feed is read only."),
                500: gettext("The feed failed; try again later."),
            }
            words[key] = titles.get(status, titles[500])
    body = {
        "type": "about:blank",
        "status": status,
        "title": words["zh"],
        "title_en": words["en"],
        "instance": request.path,
    }
    if detail:
        body["detail"] = detail
    response = Response(json.dumps(body, ensure_ascii=False), status=status, content_type=PROBLEM)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="feed"'
    return response


@blueprint.errorhandler(SurveyError)
def _refused(error: SurveyError) -> Response:
    return _problem(error.status, f"{error.message} {error.remedy}".strip())


csrf.exempt(blueprint)
