"""Every result is a table: printed, as rows, as a dictionary, as a frame."""

import json
from importlib import import_module

import numpy as np
import pytest

import weighting
from weighting import Design

DESIGN = Design(list("aaabbb"), population={"a": 30, "b": 60})
ANSWERS, GROUPS = [5, 4, 3, 2, 5, 1], list("xyxyxy")
POINTS = {1: 0, 2: 25, 3: 50, 4: 75, 5: 100}
MEANS = weighting.mean(DESIGN, ANSWERS, domains=GROUPS)
REPLICATES = weighting.replicate_weights(DESIGN, "JKn")
PRN = weighting.permanent_random_numbers("s", list("abcdef"))
RESULTS = {
    "mean": MEANS,
    "one mean": weighting.mean(DESIGN, ANSWERS),
    "quantiles": weighting.quantile(DESIGN, ANSWERS, [0.25, 0.5]),
    "levels": weighting.levels(DESIGN, ANSWERS, points=POINTS, domains=GROUPS),
    "levels of all": weighting.levels(DESIGN, ANSWERS, points=POINTS),
    "composite": weighting.composite(DESIGN, ANSWERS, layers=GROUPS, shares={"x": 0.5, "y": 0.5}),
    "pairs": weighting.all_pairs(MEANS),
    "ranks": weighting.rank_sets(MEANS),
    "test": weighting.t_test(DESIGN, ANSWERS, GROUPS),
    "regression": weighting.regression(DESIGN, ANSWERS, {"g": GROUPS}),
    "table": weighting.survey_table(DESIGN, {"q": ANSWERS}, units=GROUPS, points=POINTS),
    "allocation": weighting.allocate(10, {"a": 30, "b": 60}),
    "size": weighting.sample_size_for_margin([0.05, 0.1], proportion=0.5),
    "spread": weighting.stratum_spread(ANSWERS, GROUPS),
    "weights": weighting.summarise_weights([1, 2, 3]),
    "margins": weighting.compare_margins([1, 1], [2, 2], {"s": ["a", "b"]}, {"s": {"a": 2, "b": 2}})[0],
    "rates": weighting.response_rates({"I": 60, "R": 15}),
    "replicates": REPLICATES.mean(ANSWERS),
    "draw": weighting.draw_stratified(PRN, list("aaabbb"), {"a": 1, "b": 2}),
    "step": weighting.poststratify(np.ones(6), GROUPS, {"x": 3, "y": 9}),
    "difference": weighting.difference(MEANS, "x", "y"),
}


@pytest.mark.parametrize("name", RESULTS)
def test_every_result_is_one_table_in_all_its_forms(name):
    result = RESULTS[name]
    table = result.to_dict()
    sizes = {len(column) for column in table.values()}
    assert len(sizes) == 1
    assert sizes.pop() == len(list(result.rows())) > 0
    json.dumps(table, allow_nan=False, default=str)
    lines = repr(result).splitlines()
    assert lines[0] == type(result).__name__
    assert all(column in lines[1] for column in table)
    assert len({len(line) for line in lines[1:]}) == 1
    assert result._repr_html_().count("<tr>") == len(list(result.rows())) + 1


def test_a_mean_prints_what_belongs_to_it():
    assert repr(weighting.mean(Design(weights=[1] * 4), [1, 2, 3, 4])).splitlines() == [
        "Estimate",
        "  label  mean  standard_error      low    high  n  design_effect  problem",
        "overall   2.5          0.6455  0.44574  4.5543  4              1         ",
    ]


def test_rows_of_a_mean_are_its_columns_turned_round():
    row = next(iter(MEANS.rows()))
    assert row["label"] == "x"
    assert row["mean"] == MEANS.value[0]
    assert row["low"] == MEANS.interval().low[0]


def test_long_tables_say_how_much_is_left():
    many = weighting.mean(Design(weights=np.ones(60)), np.arange(60) % 5, domains=np.repeat(np.arange(30), 2))
    assert repr(many).splitlines()[-1] == "… 10 more"
    assert len(many.to_dict()["mean"]) == 30


def test_a_word_in_a_notebook_is_no_markup():
    found = weighting.mean(Design(weights=[1] * 4), [1, 2, 3, 4], domains=["<b>", "<b>", "&", "&"])
    assert "<b>" not in found._repr_html_()
    assert "&lt;b&gt;" in found._repr_html_()


def test_what_is_no_number_is_none():
    assert weighting.mean(DESIGN, [np.nan] * 6).to_dict()["mean"] == [None]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_are_made_by_the_library_that_is_there(library):
    frames = import_module(library)
    frame = MEANS.to_frame(library)
    assert isinstance(frame, frames.DataFrame)
    assert list(frame.columns) == list(MEANS.columns())


def test_a_library_that_is_not_there_is_named():
    with pytest.raises(weighting.WeightingError, match="no_such_library is not installed"):
        MEANS.to_frame("no_such_library")
