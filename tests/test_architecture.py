"""The arrows between the rooms, and the sizes in which we build (docs/architecture.md).

Each rule is a function in `rules_of_the_house.py` or `sizes_of_the_house.py`. The second half plants what a rule
forbids, and promises that the rule finds it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests import rules_of_the_house as rules
from tests import sizes_of_the_house as sizes
from tests.rules_of_the_house import Faults, Sources
from tests.source import ROOT, Import, Source, python

SURVEY = python("survey")
PRODUCT = [*SURVEY, *python("weighting")]
EVERYTHING = [*PRODUCT, *python("tests"), *python("bench")]
SOURCE_RULES = [
    rules.entries_beside_the_door,
    rules.rooms_known_below,
    rules.weighting_beside_its_face,
    rules.more_than_numbers,
    rules.circles,
    rules.circles_of_chambers,
    rules.pages_that_rooms_lean_on,
    rules.late_imports,
    rules.pages_that_know_the_store,
    rules.transactions_of_their_own,
    rules.commits_outside_a_service,
    rules.sql_by_hand,
    rules.tables_of_others,
    rules.rows_that_leave,
    rules.rows_without_their_name,
    rules.rules_that_touch_the_world,
    rules.libraries_with_two_users,
    rules.other_clocks,
    sizes.names_given_twice,
]
Rule = Callable[[Sources], Faults]


def none_of(faults: Faults) -> None:
    found = list(faults)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("rule", SOURCE_RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps(rule: Rule):
    none_of(rule(PRODUCT))


@pytest.mark.parametrize(
    "rule",
    [rules.doors_with_dead_hinges, sizes.long_files, sizes.long_functions, sizes.ignores_without_a_word],
    ids=lambda rule: rule.__name__,
)
def test_everything_we_wrote_keeps(rule: Rule):
    none_of(rule(EVERYTHING))


def test_a_folder_holds_at_most_twelve_modules():
    none_of(sizes.crowded_folders(source.path for source in PRODUCT))


def test_nothing_is_kept_in_a_junk_drawer():
    none_of(sizes.junk_drawers(sizes.files("survey", "weighting", "templates", "tests", "bench")))


def test_no_line_of_a_template_is_too_long():
    none_of(sizes.long_lines(sizes.files("templates", ending=".html")))


def test_every_reason_on_a_list_is_still_needed():
    for listed in (rules.LATE_IMPORTS, rules.OWN_TRANSACTIONS, rules.RAW_SQL):
        gone = [name for name in listed if not (ROOT / name).exists()]
        assert not gone, gone


# -- Tests of these tests: what is planted is found -----------------------------------------------------------------


def planted(path: str, line: str) -> Sources:
    """The product with one more line in one of its files."""
    changed = [replace(source, added=f"\n{line}\n") if source.path == Path(path) else source for source in PRODUCT]
    assert changed != PRODUCT, f"there is no {path}"
    return changed


@pytest.mark.parametrize(
    ("rule", "path", "line"),
    [
        (rules.pages_that_know_the_store, "survey/units/pages/counters.py", "from survey.units import models"),
        (rules.pages_that_know_the_store, "survey/sample/pages/cases.py", "from sqlalchemy import select"),
        (
            rules.pages_that_know_the_store,
            "survey/collect/citizen/desk_pages.py",
            "def store():\n    with engine().begin() as work:\n        work.execute(INSERT)",
        ),
        (
            rules.late_imports,
            "survey/units/reading.py",
            'from importlib import import_module\nscores = import_module("survey.score.service")',
        ),
        (rules.sql_by_hand, "survey/units/reading.py", "from sqlalchemy import text"),
        (rules.tables_of_others, "survey/units/reading.py", 'WANTED = "select count(*) from response"'),
        (rules.tables_of_others, "survey/units/reading.py", 'WANTED = Table("demo_mark", None)'),
    ],
    ids=["models", "sqlalchemy", "begin", "import_module", "text", "raw_sql", "table"],
)
def test_a_planted_walk_around_a_door_is_found(rule: Rule, path: str, line: str):
    assert any(path in fault for fault in rule(planted(path, line)))


@pytest.mark.parametrize(
    ("rule", "path", "line"),
    [
        (rules.entries_beside_the_door, "survey/units/reading.py", "from survey.score import service"),
        (rules.entries_beside_the_door, "survey/score/sheet/rules.py", "from survey.collect.models import ResponseRow"),
        (
            rules.entries_beside_the_door,
            "survey/units/reading.py",
            "if TYPE_CHECKING:\n    from survey.score.service import Sheet",
        ),
        (rules.rooms_known_below, "survey/base/clock.py", "from survey.units import service"),
        (
            rules.weighting_beside_its_face,
            "survey/estimate/rules.py",
            "from weighting.base.errors import WeightingError",
        ),
        (rules.more_than_numbers, "weighting/__init__.py", "import sqlalchemy"),
        (rules.circles, "survey/questions/scale.py", "if TYPE_CHECKING:\n    from survey.questions import service"),
        (rules.circles_of_chambers, "survey/collect/store/content.py", "from survey.collect.intake import ratings"),
        (rules.pages_that_rooms_lean_on, "survey/score/sheet/rules.py", "from survey.score.pages import sheets"),
        (rules.transactions_of_their_own, "survey/units/storing.py", "engine().begin()"),
        (rules.commits_outside_a_service, "survey/units/storing.py", "session().commit()"),
        (
            rules.rows_that_leave,
            "survey/units/service.py",
            "from survey.units.models import UnitRow\ndef row() -> list[UnitRow]: ...",
        ),
        (rules.rows_without_their_name, "survey/units/models.py", "class Answered(Base): ..."),
        (rules.rules_that_touch_the_world, "survey/rounds/rules.py", "from sqlalchemy import select"),
        (rules.libraries_with_two_users, "survey/score/service.py", "import matplotlib.pyplot"),
        (rules.other_clocks, "survey/score/service.py", "now = datetime.now()"),
        (sizes.names_given_twice, "survey/score/service.py", "class UnitRow: ..."),
        (sizes.long_functions, "survey/score/service.py", "def f():\n" + "    print()\n" * 41),
        (sizes.long_files, "survey/score/service.py", "\n" * 350),
        (sizes.ignores_without_a_word, "survey/score/service.py", "import os  # noqa: " + "F401"),
    ],
)
def test_a_planted_fault_is_found(rule: Rule, path: str, line: str):
    place = next(source.module for source in PRODUCT if source.path == Path(path))
    before = set(rule(PRODUCT))
    new = [fault for fault in rule(planted(path, line)) if fault not in before]
    assert any(word in fault for fault in new for word in (path, place, Path(path).parent.as_posix()))


def test_a_crowd_a_junk_drawer_and_a_door_nobody_takes_are_found(tmp_path):
    assert list(sizes.crowded_folders(Path("survey/x") / f"m{n}.py" for n in range(13))) == ["survey/x has 13 modules"]
    assert not list(sizes.crowded_folders(Path("survey/x") / f"m{n}.py" for n in range(12)))
    assert list(sizes.junk_drawers([Path("survey/score/utils.py"), Path("survey/score/rules.py")])) == [
        "survey/score/utils.py"
    ]
    long = tmp_path / "page.html"
    long.write_text("x" * 120 + "\n" + "x" * 121)
    assert [fault.rpartition(":")[2] for fault in sizes.long_lines([long])] == ["2 has 121 characters"]


def test_a_door_that_nobody_takes_is_found():
    path = Path("survey/followup/service.py")
    assert "__all__" not in next(source for source in PRODUCT if source.path == path).text
    found = list(rules.doors_with_dead_hinges(planted(str(path), "def a_thing(): ...")))
    assert "survey/followup/service.py offers a_thing, and nobody takes it" in found


def test_the_source_is_read_as_it_stands():
    source = Source(next(s.path for s in python("tests") if s.path.name == "rules_of_the_house.py"))
    assert source.lines_of_code(next(f for f in source.functions if f.name == "_nearest")) == 1
    assert Import("tests.source", "ROOMS", 10).whole in {taken.whole for taken in source.imports}
