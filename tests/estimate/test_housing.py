"""A real survey through the door: Copenhagen's tenants, imported as a file, come out as R computes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.units import service as units

FILE = Path(__file__).parent.parent / "reference" / "housing.csv"
#: High, Medium and Low are levels 5, 3 and 1 by the mapping "three"
POINTS = "100/100/50/0/0"


@dataclass(frozen=True)
class Housing:
    run: estimate.Run
    unit_id: int


@pytest.fixture
def housing(app_on_each_database: Flask) -> Housing:
    with app_on_each_database.app_context():
        unit_id = units.add_units([units.NewUnit("CPH", "哥本哈根住房")])["CPH"]
        round_ = rounds.add_round("CPH", "Housing", date(2026, 1, 1), date(2026, 12, 31))
        choice = collect.ImportChoice(
            "three",
            columns={"level": "satisfaction", "stratum": "type", "group": "influence"},
            unit_code="CPH",
            day=date(2026, 6, 1),
        )
        collect.import_ratings(FILE.read_bytes(), choice)
        return Housing(estimate.compute(round_.id), unit_id)


def test_a_real_survey_comes_out_as_r_computes_it(housing: Housing, app_on_each_database: Flask) -> None:
    # > svymean(~points, design)      53.00416418798   SE 1.027101257183    degf 1677
    # > svymean(~satisfied, design)   0.6627007733492  SE 0.01138642916606
    with app_on_each_database.app_context():
        (index,) = estimate.indices(housing.run.id, source="import", points=POINTS)
        assert (index.n, index.valid_n, index.degrees_of_freedom) == (1681, 1681, 1677)
        assert index.mean == pytest.approx(53.00416418798, abs=5e-12)
        assert index.standard_error == pytest.approx(1.027101257183, abs=5e-13)
        assert index.satisfied_rate == pytest.approx(0.6627007733492, abs=5e-14)
        assert index.satisfied_standard_error == pytest.approx(0.01138642916606, abs=5e-15)
        # > svyby(~points, ~type, design, svymean)
        strata = {
            line.label: line for line in estimate.breakdown(housing.run.id, housing.unit_id, "import", points=POINTS)
        }
        for label, mean, error, counts in (
            ("Tower", 62.625, 2.069808858149, (99, 101, 200)),
            ("Apartment", 52.02614379085, 1.563843667681, (271, 192, 302)),
            ("Atrium", 56.69456066946, 2.616064644056, (64, 79, 96)),
            ("Terrace", 38.62815884477, 2.483869112983, (133, 74, 70)),
        ):
            line = strata[label]
            assert line.mean == pytest.approx(mean, abs=5e-11)
            assert line.standard_error == pytest.approx(error, abs=5e-12)
            assert tuple(line.counts[level] for level in (1, 3, 5)) == counts
        assert sum(line.variance_share or 0 for line in strata.values()) == pytest.approx(1)
        # > svyby(~points, ~influence, design, svymean)
        groups = {
            line.label: line
            for line in estimate.by_part(housing.run.id, housing.unit_id, "import", "group", points=POINTS)
        }
        for label, mean, error in (
            ("Low", 41.46730462520, 1.646327202789),
            ("Medium", 54.40060698027, 1.630892197180),
            ("High", 68.98734177215, 2.005255207434),
        ):
            assert groups[label].mean == pytest.approx(mean, abs=5e-11)
            assert groups[label].standard_error == pytest.approx(error, abs=5e-12)
