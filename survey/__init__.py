"""Public satisfaction survey and rating collector. `create_app` puts the rooms together."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, request, url_for
from flask_bootstrap import Bootstrap5

from survey import rooms
from survey.base.people import guard, signing_in
from survey.base.settings import Settings, from_environment, make_private
from survey.base.store import database, demo
from survey.base.web import columns, languages, menu, presentation

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """The application, ready to serve; its database is brought up to date by `survey.migrations.upgrade`."""
    settings = settings or from_environment()
    make_private(settings.instance)
    app = Flask(__name__, template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.extensions["settings"] = settings
    guard.init_app(app, settings)
    database.init_app(app, settings.database)
    signing_in.init_app(app)
    Bootstrap5(app)
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    languages.init_app(app, rooms.CATALOGUES)
    presentation.init_app(app)
    columns.init_app(app)
    entries: list[menu.Entry] = []
    for _room, pages in rooms.parts("pages"):
        entries += pages.MENU
        for blueprint in pages.BLUEPRINTS:
            app.register_blueprint(blueprint)
    app.context_processor(
        lambda: {
            "menu_entries": lambda: menu.visible(entries, guard.viewer()),
            "menu_current": lambda: menu.current({e.endpoint: url_for(e.endpoint) for e in entries}, request.path),
            "demo_label": demo.label,
            "viewer": guard.viewer,
        }
    )
    return app
