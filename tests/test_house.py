"""Rules of the house: every page says who may open it, every form proves where it comes from, and so on."""

from __future__ import annotations

import re
import subprocess

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import CheckConstraint, inspect
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from survey.base.people.guard import STATIC_ENDPOINTS
from survey.base.people.roles import Role
from survey.base.settings import PREFIX, Settings
from survey.base.store.database import Base
from tests.source import ROOT

#: what anybody may open; everything else asks for a role
PUBLIC = {
    *("collect.rate", "collect.send_rating", "collect.personal", "collect.send_personal", "collect.thanks"),
    *("screen.ask_receipt", "screen.receipt"),
    *("feed.root", "feed.schema", "feed.openapi", "feed.public_key", "feed.elsewhere"),
    *("house.sign_in", "house.language", "house.health"),
}
#: what machines open with a key instead of a sign-in
WITH_A_KEY = {"feed.sheets", "feed.sheet"}
#: forms that prove themselves by a token of their own, since their senders have no session
WITHOUT_SESSION = {"collect.send_rating", "collect.send_personal", "feed.elsewhere"}


def pages(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in STATIC_ENDPOINTS]


def address(app: Flask, rule: Rule) -> str:
    """The page with made-up values for what stands in its address."""
    made_up = {name: made_up_value(kind) for name, kind in rule._converters.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, made_up, method=next(iter(rule.methods or {"GET"})))


def made_up_value(kind: BaseConverter) -> str | int:
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return 1 if isinstance(kind, IntegerConverter) else "x"


def test_every_page_says_who_may_open_it(app):
    silent = [rule for rule in pages(app) if not hasattr(app.view_functions[rule.endpoint], "guard")]
    assert not silent, "mark the view with @allow(...), @signed_in or @public"


def test_only_the_pages_listed_here_are_open_to_everybody(app):
    opened = {rule.endpoint for rule in pages(app) if app.view_functions[rule.endpoint].guard == frozenset()}
    assert opened == PUBLIC | WITH_A_KEY


def test_a_machine_without_a_key_is_refused(app, client):
    for rule in pages(app):
        if rule.endpoint in WITH_A_KEY:
            assert client.get(address(app, rule)).status_code == 401, rule.endpoint


def test_a_stranger_is_sent_to_the_door(app, client):
    for rule in pages(app):
        if rule.endpoint in PUBLIC | WITH_A_KEY or "GET" not in (rule.methods or set()):
            continue
        response = client.get(address(app, rule))
        assert response.status_code == 302, f"{rule.endpoint} answered {response.status_code}"
        assert response.headers["Location"].startswith("/sign-in"), rule.endpoint


def test_a_role_that_a_page_does_not_name_is_refused(app, client, sign_in):
    for role in Role:
        sign_in(client, role)
        for rule in pages(app):
            guard = app.view_functions[rule.endpoint].guard
            if guard and role not in guard and "GET" in (rule.methods or set()):
                assert client.get(address(app, rule)).status_code == 403, f"{role} may open {rule.endpoint}"


def test_a_post_without_the_form_token_is_refused(app, client, sign_in):
    sign_in(client, Role.ADMIN)
    for rule in pages(app):
        if "POST" not in (rule.methods or set()) or rule.endpoint in WITHOUT_SESSION:
            continue
        assert client.post(address(app, rule)).status_code == 400, f"{rule.endpoint} takes a form without its token"


def test_every_setting_is_documented():
    documented = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    settings = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    assert settings == set(re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \|", documented, re.MULTILINE))


def test_the_migrations_make_what_the_models_say(app_on_each_database):
    engine = app_on_each_database.extensions["engine"]
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert not differences, "\n" + "\n".join(map(str, differences))


def test_the_migrations_forbid_what_the_models_forbid(app_on_each_database):
    found = inspect(app_on_each_database.extensions["engine"])
    for table in Base.metadata.sorted_tables:
        named = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert named == {check["name"] for check in found.get_check_constraints(table.name)}, table.name


@pytest.fixture(scope="module")
def tracked() -> list[str]:
    """The files that a stranger gets, as far as they are text."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    pictures = (".png", ".jpg", ".webp", ".xlsx", ".pdf", ".ico", ".otf")
    return [name for name in done.stdout.split("\0") if name and not name.endswith(pictures)]


def test_no_file_names_a_folder_of_somebodys_machine(tracked):
    private = re.compile(r"(?<![\w.:/}>-])/(?:home|root|Users|work|mnt|opt)/\w+")
    for name in tracked:
        path = ROOT / name
        if path.exists():
            assert not private.search(path.read_text(encoding="utf-8", errors="replace")), name


def test_links_in_documents_lead_somewhere(tracked):
    for name in tracked:
        if name.endswith(".md"):
            folder = (ROOT / name).parent
            for target in re.findall(r"\]\(([^)#\s]+)", (ROOT / name).read_text(encoding="utf-8")):
                assert "://" in target or (folder / target).exists(), f"{name} links to {target}"


def test_the_lock_names_no_place_to_fetch_from():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^--|^-[ef] ", lock, re.MULTILINE)
