"""A design is checked once, and refuses what is undefined with the stratum's name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import weighting
from weighting import Design, WeightingError
from weighting.base.labels import factorise


def test_population_counts_give_the_weights():
    design = Design(["a", "a", "b"], population={"a": 20, "b": 1})
    assert design.weights.tolist() == [10, 10, 1]
    assert design.degrees_of_freedom == 1


def test_counts_taken_for_fractions_are_refused_and_the_other_way_round():
    with pytest.raises(WeightingError, match="stratum a is 20: fpc holds sampling fractions"):
        Design(["a", "a"], fpc={"a": 20})
    with pytest.raises(WeightingError, match=r"stratum a has 2 PSUs in the sample and a population of 0\.1"):
        Design(["a", "a"], population={"a": 0.1})


def test_count_and_fraction_mean_the_same():
    y = [1.0, 2, 4]
    one = weighting.mean(Design(["a"] * 3, population={"a": 12}), y)
    two = weighting.mean(Design(["a"] * 3, fpc={"a": 0.25}), y)
    assert one.standard_error == two.standard_error
    assert one.value == two.value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"strata": ["a", None], "weights": [1, 1]}, "strata has no label in row 1"),
        ({"strata": ["a", "a"], "weights": [1, -1]}, "weights in row 1 is -1"),
        ({"weights": [1, np.nan]}, "weights in row 1 is nan"),
        ({"weights": [0, 0]}, "all weights are 0"),
        ({"strata": ["a", "b"], "population": {"a": 3}}, "no number for stratum b"),
        ({"strata": ["a", "a"], "population": {"a": 3, "b": 9}}, "stratum b, which has no row"),
        ({"strata": ["a", "a"], "population": [5, 6]}, "stratum a is 6 in one row|5 in one row"),
        ({"strata": ["a", "a"], "weights": [1, 1, 1]}, "different lengths"),
        ({"weights": [1, 1], "pps_variance": "SYG"}, "choose HT or YG"),
        ({"weights": [1, 1], "lonely_psu": "ignore"}, "lonely_psu is 'ignore'"),
        ({"population": {"all": 5}}, "no rows"),
        ({"weights": [1, 1], "ssu_population": [2, 2]}, "second stage needs psu"),
        ({"weights": [1, 1], "pps": "overton"}, "needs fpc"),
        ({"weights": [1, 1], "pps": "overton", "fpc": [0.5, 2]}, "row 1 is 2"),
        ({"strata": ["a", "a"], "population": {"a": 9}, "fpc": {"a": 0.2}}, "not both"),
    ],
)
def test_what_is_undefined_is_refused_with_a_sentence(arguments, message):
    with pytest.raises(WeightingError, match=message):
        Design(**arguments)


def test_a_lonely_psu_is_refused_with_its_stratum_unless_a_rule_is_chosen():
    strata, y = ["north", "north", "south"], [1.0, 2, 3]
    with pytest.raises(WeightingError, match="stratum south has only one PSU"):
        weighting.mean(Design(strata, population={"north": 9, "south": 5}), y)
    for rule in ("certainty", "adjust", "average", "remove"):
        found = weighting.mean(Design(strata, population={"north": 9, "south": 5}, lonely_psu=rule), y)
        assert found.standard_error > 0


def test_an_enumerated_stratum_of_one_is_not_lonely():
    found = weighting.mean(Design(["a", "a", "b"], population={"a": 9, "b": 1}), [1.0, 2, 3])
    assert found.standard_error > 0


def test_a_domain_that_avoids_the_lonely_stratum_is_estimated():
    design = Design(["a", "a", "b"], weights=[1, 1, 1])
    with pytest.raises(WeightingError):
        weighting.mean(design, [1, 2, 3])
    found = weighting.mean(design, [1, 2, np.nan])
    assert found.standard_error > 0


def test_a_domain_may_leave_one_psu_in_a_stratum():
    strata, domains, y = ["a"] * 3 + ["b"] * 3, ["x", "x", "y", "x", "y", "y"], [1.0, 3, 5, 8, 2, 4]
    found = {}
    for rule in ("adjust", "average"):
        for inner in (False, True):
            design = Design(strata, weights=np.ones(6), lonely_psu=rule, lonely_in_domains=inner)
            found[rule, inner] = weighting.mean(design, y, domains=domains).variance[0]
    scores = np.array([1 - 4, 3 - 4, 0]) / 3, np.array([8 - 4, 0, 0]) / 3
    parts = [1.5 * ((part - part.mean()) ** 2).sum() for part in scores]
    assert found["adjust", False] == found["average", False] == pytest.approx(sum(parts))
    assert found["adjust", True] == pytest.approx(parts[0] + 1.5 * (scores[1] ** 2).sum())
    assert found["average", True] == pytest.approx(2 * parts[0])


def test_labels_may_be_anything_that_can_be_told_apart():
    y = [1.0, 2, 4, 8]
    expected = weighting.mean(Design(["x", "x", "y", "y"], weights=[1, 2, 3, 4]), y)
    for strata in ([7, 7, 10**15, 10**15], [0.5, 0.5, 1.5, 1.5], [True, True, False, False], ["é", "é", 3, 3]):
        found = weighting.mean(Design(strata, weights=[1, 2, 3, 4]), y)
        assert found.standard_error == pytest.approx(expected.standard_error)


@given(st.lists(st.text(alphabet="ab é中\x00", max_size=4), min_size=1, max_size=40))
@settings(max_examples=60, deadline=None)
def test_texts_are_coded_as_a_sorted_dictionary_would(texts):
    column = np.array(texts)
    factor = factorise(column, "strata")
    assert list(factor.labels) == sorted(set(column.tolist()))
    assert [factor.labels[code] for code in factor.codes] == column.tolist()


def test_many_texts_beyond_the_first_rows_are_found():
    column = np.array([f"unit {i // 7}" for i in range(70_000)] + ["late"])
    factor = factorise(column, "strata")
    assert len(factor) == 10_001
    assert np.array_equal(np.array(factor.labels)[factor.codes], column)


def test_the_design_keeps_its_own_copy():
    strata, weights = np.array([0, 0, 1, 1]), np.array([1.0, 2, 3, 4])
    design = Design(strata, weights=weights)
    strata[:], weights[:] = 0, 9
    assert design.strata.codes.tolist() == [0, 0, 1, 1]
    assert design.weights.tolist() == [1, 2, 3, 4]
    with pytest.raises(AttributeError):
        design.weights = weights


def test_brewer_and_given_joint_probabilities_are_accepted():
    chances = np.full(5, 0.5)
    y = np.array([1.0, 2, 3, 5, 8])
    brewer = weighting.total(Design(fpc=chances, pps="brewer"), y)
    simple = weighting.total(Design(fpc=chances), y)
    assert brewer.standard_error == pytest.approx(simple.standard_error)
    joint = np.full((5, 5), 0.5 * 4 / 9)  # simple random sampling of 5 from 10
    np.fill_diagonal(joint, 0.5)
    for form in ("HT", "YG"):
        given = weighting.total(Design(fpc=chances, pps=joint, pps_variance=form), y)
        assert given.standard_error == pytest.approx(simple.standard_error)
    near = weighting.total(Design(fpc=chances, pps="hartley-rao", pps_variance="YG"), y)
    assert near.standard_error == pytest.approx(simple.standard_error, rel=0.02)
    with pytest.raises(WeightingError, match="choose overton, hartley-rao or brewer"):
        weighting.total(Design(fpc=chances, pps="sampford"), y)


def test_interaction_crosses_labels():
    assert weighting.interaction(["a", "b"], [1, 1]).tolist() == ["a:1", "b:1"]
    with pytest.raises(WeightingError, match="same length"):
        weighting.interaction(["a"], [1, 2])
