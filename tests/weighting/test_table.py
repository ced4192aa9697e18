"""One call answers the survey's question."""

import numpy as np
import pytest

import weighting
from tests.weighting.reference_data import columns
from weighting import Design, interaction, survey_table

POINTS = {k: 25.0 * (k - 1) for k in range(1, 6)}


@pytest.fixture(scope="module")
def table():
    data = columns("satis_two_waves.csv")
    design = Design(interaction(data["wave"], data["stratum"]), weights=data["w"], population=data["N"])
    found = survey_table(
        design, {"q1": data["q1"], "q2": data["q2"]}, units=data["unit"], rounds=data["wave"], points=POINTS
    )
    return data, design, found


def test_every_unit_question_and_round_has_a_row(table):
    _, _, found = table
    rows = list(found.rows())
    assert len(rows) == 12 * 2 * 2
    assert {(row.question, row.unit, row.round) for row in rows} == {
        (q, f"U{u:02d}", w) for q in ("q1", "q2") for u in range(1, 13) for w in (1.0, 2.0)
    }
    for row in rows:
        assert row.low < row.mean < row.high
        assert sum(row.shares) == pytest.approx(1)
        assert row.satisfied + row.dissatisfied == pytest.approx(1)


def test_differences_are_those_of_the_single_calls(table):
    data, design, found = table
    place = found.cells.index(("U03", 2.0))
    question = found.questions[0]
    score = 25.0 * (data["q1"] - 1)
    cells = np.where(data["wave"] == 2, np.where(data["unit"] == "U03", "u", "rest"), "before")
    means = weighting.mean(design, score, domains=cells)
    rest = weighting.difference(means, "u", "rest")
    assert question.to_rest.value[place] == pytest.approx(rest.value)
    assert question.to_rest.standard_error[place] == pytest.approx(rest.standard_error)
    own = np.where(data["unit"] == "U03", data["wave"], 0)
    change = weighting.difference(weighting.mean(design, score, domains=own), 2.0, 1.0)
    assert question.to_last_round.value[place] == pytest.approx(change.value)
    assert question.to_last_round.standard_error[place] == pytest.approx(change.standard_error)
    assert question.to_rest.degrees_of_freedom[place] < design.degrees_of_freedom / 2


def test_p_values_count_all_units_and_questions_of_a_round(table):
    _, _, found = table
    second = [i for i, (_, wave) in enumerate(found.cells) if wave == 2]
    raw = np.array([question.to_rest.p_value[second] for question in found.questions])
    adjusted = np.array([question.to_rest.p_adjusted[second] for question in found.questions])
    np.testing.assert_allclose(adjusted, weighting.adjust_p(raw, "holm"))
    first = [i for i, (_, wave) in enumerate(found.cells) if wave == 1]
    assert np.isnan(found.questions[0].to_last_round.value[first]).all()


def test_small_cells_are_flagged():
    units = ["big"] * 40 + ["few"] * 10 + ["tiny"] * 3 + ["one"]
    answers = np.r_[np.tile([5, 4, 3, 2, 1], 10), 5, 5, 5, 4]
    found = survey_table(Design(weights=np.ones(54)), {"q": answers}, units=units, points=POINTS)
    flags = {row.unit: row.flags for row in found.rows()}
    assert flags == {
        "big": (),
        "few": ("for reference",),
        "one": ("hidden", "one answer"),
        "tiny": ("hidden", "answers all equal"),
    }
    for row in found.rows():
        assert 0 <= row.low <= row.mean <= row.high <= 100
        assert row.high > row.low


def test_rounds_that_share_strata_without_psus_are_refused():
    strata, rounds = ["a"] * 8, [1, 1, 1, 1, 2, 2, 2, 2]
    with pytest.raises(weighting.WeightingError, match="stratum a holds several rounds"):
        survey_table(Design(strata, weights=np.ones(8)), {"q": [5] * 8}, units=["u"] * 8, rounds=rounds, points=POINTS)
    panel = Design(strata, [1, 2, 3, 4] * 2, np.ones(8))
    found = survey_table(panel, {"q": [1, 2, 3, 4, 2, 3, 4, 5]}, units=["u"] * 8, rounds=rounds, points=POINTS)
    change = found.questions[0].to_last_round
    assert change.value[1] == 25
    assert change.standard_error[1] == 0
    assert np.isnan(change.low[1])
    assert np.isnan(found.questions[0].to_rest.value).all()


def test_a_unit_that_misses_a_round_has_no_change():
    units, rounds = list("uuuuvvvvuuuu"), [1] * 8 + [2] * 4
    design = Design(rounds, weights=np.ones(12))
    found = survey_table(design, {"q": [1, 2, 3, 4] * 3}, units=units, rounds=rounds, points=POINTS)
    assert found.cells == (("u", 1), ("u", 2), ("v", 1))
    assert np.isnan(found.questions[0].to_rest.value).tolist() == [False, True, False]
    assert np.isnan(found.questions[0].to_last_round.value).tolist() == [True, False, True]
