"""What cannot be computed is refused where it is given, and small results say all that they promise."""

import numpy as np
import pytest

import weighting
from weighting import Design, PanelRound, WeightingError

PEOPLE = ["a", "b", "c", "d"]


@pytest.mark.parametrize("empty", ["low", "high"])
def test_a_stratum_with_only_frequencies_of_zero_is_named(empty):
    strata = ["low", "low", "high", "high"]
    with pytest.raises(WeightingError, match=f"stratum {empty} has only frequencies of 0"):
        Design(strata, weights=np.ones(4), frequencies=[0 if name == empty else 2 for name in strata])


@pytest.mark.parametrize(
    "design",
    [
        Design(weights=np.ones(4), frequencies=[1, 2, 3, 4]),
        Design(psu=[1, 1, 2, 2], population=np.full(4, 9), ssu=PEOPLE, ssu_population=np.full(4, 5)),
    ],
    ids=["frequencies", "two stages"],
)
@pytest.mark.parametrize("old", [False, True])
def test_rounds_that_share_people_need_one_row_a_person(design, old):
    y = [1.0, 2.0, 3.0, 4.0]
    plain, given = PanelRound(Design(weights=np.ones(4)), y, PEOPLE), PanelRound(design, y, PEOPLE)
    with pytest.raises(WeightingError, match="one row a person"):
        weighting.change(*((plain, given) if old else (given, plain)))


@pytest.mark.parametrize(
    ("population", "said"), [([100, 0], "above 0"), ([100, -1], "above 0"), ([100, float("nan")], "above 0")]
)
def test_a_plan_says_which_number_of_which_stratum_it_needs(population, said):
    with pytest.raises(WeightingError, match=rf"of stratum 'b'.*{said}"):
        weighting.allocate(10, dict(zip("ab", population, strict=True)))


def test_a_plan_lists_its_sizes_by_stratum():
    plan = weighting.allocate(10, {"a": 300, "b": 100})
    assert plan.by_stratum == {"a": int(plan.sizes[0]), "b": int(plan.sizes[1])}
    assert plan.total == 10
    assert plan.sampling_fractions.tolist() == [plan.sizes[0] / 300, plan.sizes[1] / 100]


def test_a_composite_s_table_names_domains_and_shares():
    layers, units = ["x", "y"] * 6, ["u"] * 6 + ["v"] * 6
    y = np.arange(12.0)
    found = weighting.composite(
        Design(weights=np.ones(12)), y, layers=layers, shares={"x": 0.25, "y": 0.75}, domains=units
    )
    table = found.columns()
    assert table["label"] == ["u", "v"]
    assert table["share of x"] == [0.25, 0.25]
    assert table["share of y"] == [0.75, 0.75]
    assert np.diag(found.estimate.covariance()) == pytest.approx(found.estimate.variance)


def test_who_is_certain_is_drawn_and_nobody_else():
    chances, prn = [0.0, 1.0, 0.0, 1.0], [0.1, 0.9, 0.5, 0.3]
    assert weighting.sampford_rows(chances, prn, "2026-03-31").tolist() == [1, 3]
    with pytest.raises(WeightingError, match="add up to 0"):
        weighting.sampford_rows([0.0, 0.0], [0.1, 0.9], "2026-03-31")
