"""Six hundred equal faults are one thing to mend."""

from __future__ import annotations

import pytest
from flask import Flask

from survey.base.errors import Fault, ImportFaults, grouped


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.app_context():
        yield


def test_equal_faults_are_one_with_their_lines_and_values() -> None:
    faults = [Fault(line, "编号", f"X{line}", "Mend it.") for line in range(2, 602)]
    [group] = ImportFaults("No.", faults).groups
    assert (group.line, group.value, group.remedy) == ("共 600 行：2–601", "X2, X3, X4 …", "Mend it.")


def test_places_that_do_not_follow_each_other_are_named_one_by_one() -> None:
    [group] = grouped(Fault(line, "编号", "#N/A", "Mend it.") for line in (9, 2, 3, 5, 20))
    assert (group.line, group.value) == ("共 5 行：2–3, 5, 9 …", "#N/A")


def test_a_fault_that_is_alone_stays_as_it_is() -> None:
    faults = [
        Fault(2, "编号", "", "Give a code."),
        Fault(2, "名称", "x", "Give a name."),
        Fault(0, "", "", "Add lines."),
    ]
    assert [(group.line, group.column, group.value) for group in grouped(faults)] == [
        ("2", "编号", ""),
        ("2", "名称", "x"),
        ("", "", ""),
    ]


def test_different_remedies_stay_apart_in_the_order_of_their_lines() -> None:
    faults = [Fault(2, "编号", "a", "One."), Fault(3, "编号", "b", "Two."), Fault(4, "编号", "c", "One.")]
    assert [(group.lines, group.values) for group in grouped(faults)] == [((2, 4), ("a", "c")), ((3,), ("b",))]
