"""Public satisfaction survey and rating collector. `create_app` is the one place that knows every room."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, has_request_context, request, session, url_for
from flask_babel import Babel
from flask_bootstrap import Bootstrap5

from survey.base.people import accounts, guard
from survey.base.settings import Settings, from_environment
from survey.base.store import database
from survey.base.web import demo, menu, presentation
from survey.collect import views as collect
from survey.estimate import views as estimate
from survey.followup import views as followup
from survey.front import pages
from survey.sample import views as sample
from survey.score import feed
from survey.score import views as score
from survey.screen import views as screen
from survey.units import views as units

ROOT = Path(__file__).resolve().parent.parent
#: the rooms in the order of the walk through the house
ROOMS = (units, sample, collect, followup, screen, estimate, score, pages)
DOMAINS = ("house", "units", "sample", "collect", "followup", "screen", "estimate", "score")


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve; its database is brought up to date by `survey.migrations.upgrade`."""
    settings = settings or from_environment()
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.extensions["settings"] = settings
    guard.init_app(app, settings)
    database.init_app(app, settings.database)
    accounts.init_app(app)
    Bootstrap5(app)
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    _add_languages(app)
    presentation.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    app.register_blueprint(feed.blueprint)
    pages.init_app(app)
    entries = [entry for room in ROOMS for entry in room.MENU]
    app.context_processor(
        lambda: {
            "menu_entries": lambda: menu.visible(entries, guard.viewer()),
            "menu_current": lambda: menu.current({e.endpoint: url_for(e.endpoint) for e in entries}, request.path),
            "demo_label": demo.label,
            "viewer": guard.viewer,
        }
    )
    return app


def _add_languages(app: Flask) -> None:
    folders = ";".join(["translations"] * len(DOMAINS))
    Babel(
        app,
        default_locale="zh_Hans",
        default_timezone="Asia/Shanghai",
        default_domain=";".join(DOMAINS),
        default_translation_directories=folders,
        locale_selector=_language,
    )


def _language() -> str:
    """Chinese unless somebody asked otherwise: citizens by `?lang=en`, staff by the switch in the page's head."""
    if not has_request_context():
        return "zh_Hans"
    asked = request.args.get("lang", "")
    if asked in pages.LANGUAGES:
        return asked
    if request.path.startswith(pages.CITIZEN_PATHS):
        return "zh_Hans"
    return session.get("lang", "zh_Hans")
