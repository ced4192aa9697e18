"""Bodies of two classes, some below others, on the first of November."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from survey.base import clock
from survey.units import service as units

TODAY = date(2026, 11, 1)
#: code -> class, code of the unit above it
BODIES = {"101": ("A", ""), "102": ("B", ""), "103": ("A", "101"), "104": ("B", "103"), "105": ("B", "102")}


def found_bodies() -> dict[str, int]:
    """Five bodies: 103 below 101, 104 below 103, 105 below 102 and closed; returns code -> number."""
    new = [units.NewUnit(code, f"单位{code}", kind, f"{kind}类") for code, (kind, _above) in BODIES.items()]
    numbers = units.add_units(new)
    for code, (kind, above) in BODIES.items():
        if above:
            active = code != "105"
            units.change_unit(
                numbers[code], name=f"单位{code}", class_code=kind, parent_id=numbers[above], active=active
            )
    return numbers


@pytest.fixture
def november(monkeypatch: pytest.MonkeyPatch) -> date:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    return TODAY


@pytest.fixture
def bodies(app: Flask, november: date) -> Iterator[dict[str, int]]:
    """Inside an application context."""
    with app.app_context():
        yield found_bodies()
