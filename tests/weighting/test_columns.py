"""One rule for what is missing, whatever the column is made of."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import weighting
from weighting import Design, WeightingError, levels, mean, poststratify, proportion, rake
from weighting.base.columns import plain

WEIGHTS = [1.0, 2.0, 3.0, 2.0, 1.0, 1.0]
ANSWERS = [5, 4, None, 2, 1, 3]
DOMAINS = ["a", "a", "b", "b", None, "b"]


def frames():
    """Makers of columns: each takes a list in which None is missing."""
    makers = {
        "lists": lambda values: values,
        "arrays": lambda values: np.array(values, object),
        "masked": lambda values: np.ma.array(
            [type(values[0])() if v is None else v for v in values],
            mask=[v is None for v in values],
        ),
    }
    makers["pandas"] = pd.Series
    makers["pandas nullable"] = lambda values: pd.Series(values).convert_dtypes()
    makers["pandas categories"] = lambda values: pd.Series(
        values, dtype="category" if isinstance(values[0], str) else None
    )
    makers["polars"] = pl.Series
    return makers


FRAMES = frames()


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_column_gives_the_same_numbers(kind):
    make = FRAMES[kind]
    design = Design(weights=make(WEIGHTS))
    found = mean(design, make(ANSWERS), domains=make(DOMAINS), overall=True)
    assert found.labels == ("a", "b", "overall")
    # (5 + 2·4) / 3, (2·2 + 3) / 3, (5 + 8 + 4 + 1 + 3) / 7
    np.testing.assert_allclose(found.value, [13 / 3, 7 / 3, 21 / 7])
    assert found.n.tolist() == [2, 2, 5]
    shares = proportion(design, make(DOMAINS))
    assert shares.labels == ("a", "b")
    np.testing.assert_allclose(shares.value, [3 / 9, 6 / 9])
    table = levels(design, make(ANSWERS), points={1: 0, 2: 25, 3: 50, 4: 75, 5: 100}, domains=make(DOMAINS))
    np.testing.assert_allclose(table.mean.value, [25 * (13 / 3 - 1), 25 * (7 / 3 - 1)])
    yes = proportion(design, make([True, False, None, True, False, False]))
    np.testing.assert_allclose(yes.value, 3 / 7)
    model = weighting.regression(design, make(ANSWERS), {"d": make(DOMAINS)})
    np.testing.assert_allclose(model.value, [13 / 3, 7 / 3 - 13 / 3])


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize("argument", ["strata", "psu"])
def test_a_stratum_or_psu_must_be_known(kind, argument):
    with pytest.raises(WeightingError, match=f"{argument} has no label in row 4"):
        Design(**{argument: FRAMES[kind](DOMAINS)})


def test_words_that_look_missing_are_words():
    shares = proportion(Design(weights=[1, 1, 1]), ["nan", "None", "NA"])
    assert shares.labels == ("NA", "None", "nan")


def test_a_missing_date_is_missing():
    days = np.array(["2026-03-01", "NaT", "2026-03-02"], "datetime64[D]")
    assert plain(days).tolist()[1] is None
    assert len(mean(Design(weights=[1, 1, 1]), [1, 2, 3], domains=days).labels) == 2


def test_words_are_no_numbers():
    with pytest.raises(WeightingError, match="answers must be numbers"):
        mean(Design(weights=[1, 1]), ["a", "b"])
    with pytest.raises(WeightingError, match="weights must be numbers"):
        Design(weights=["a", "b"])


def test_an_empty_category_with_target_0_is_left_out():
    weights, sex = np.ones(4), list("MMFF")
    with_empty = {"M": 30, "F": 50, "X": 0}
    for step in (
        poststratify(weights, sex, with_empty),
        rake(weights, {"sex": sex}, {"sex": with_empty}),
        weighting.calibrate(weights, {"sex": sex}, {"sex": with_empty}),
    ):
        np.testing.assert_allclose(step.weights, [15, 15, 25, 25])
    for wrong in ({"M": 0, "F": 80}, {"M": 0, "F": 0}):
        with pytest.raises(WeightingError, match=r"is 0, and it has rows|totals of all categories are 0"):
            poststratify(weights, sex, wrong)
    with pytest.raises(WeightingError, match="whose index holds the labels"):
        poststratify(weights, sex, [30, 50])


def test_pandas_rows_in_another_order_are_refused():
    design = Design(weights=pd.Series([1.0, 2.0, 3.0]))
    answers = pd.Series([3, 4, 5])
    for call in (
        lambda column: mean(design, column),
        lambda column: mean(design, [1, 2, 3], domains=column),
        lambda column: proportion(design, column),
        lambda column: weighting.rao_scott(design, column, [1, 1, 2]),
    ):
        with pytest.raises(WeightingError, match="another index"):
            call(answers.iloc[[2, 1, 0]])
    with pytest.raises(WeightingError, match="different indexes"):
        Design(strata=answers, weights=answers.iloc[[2, 1, 0]])
    assert mean(design, answers.to_numpy()).n == 3
    assert mean(Design(weights=[1, 2, 3]), answers.iloc[[2, 1, 0]]).value == pytest.approx((5 + 8 + 9) / 6)


def test_totals_and_tables_may_be_pandas():
    table = pd.DataFrame({"sex": list("MMFF"), "age": list("oyoy")})
    totals = {"sex": pd.Series({"M": 40, "F": 60}), "age": {"o": 50, "y": 50}}
    np.testing.assert_allclose(rake(np.ones(4), table, totals).weights.sum(), 100)
    np.testing.assert_allclose(weighting.calibrate(np.ones(4), table, totals).weights.sum(), 100)
    population = pd.Series({"M": 40, "F": 60})
    assert Design(table["sex"], population=population).weights.tolist() == [20, 20, 30, 30]
