"""Response rates and weights of a wave, by stratum and in all, as they come out by hand."""

from __future__ import annotations

import math

import pytest
from flask import Flask
from sqlalchemy import text

from survey.base.store.database import session
from survey.sample import service
from survey.sample.fieldwork.rates import StratumField
from tests.sample.conftest import STRATA, MakeWave, Standing, record

TOWN = "城镇 / 居民"
LETTERS = ("I", "P", "R", "NC", "O", "UO", "NE")


def table(*lines: tuple[str, str]) -> bytes:
    return ("key,disposition\n" + "".join(f"{key},{word}\n" for key, word in lines)).encode()


def test_fieldwork_of_a_stratum_counts_asked_answered_and_waiting(standing: Standing) -> None:
    with standing.app.app_context():
        fields = {field.label: field for field in service.strata(standing.waves["open"].id)}
        assert list(fields) == sorted(STRATA)
        town = fields[TOWN]
        assert (town.population, town.planned, town.asked, town.reserve_left, town.responded) == (67, 10, 10, 3, 3)
        assert dict(town.counts) == {"I": 2, "P": 1, "R": 1, "NC": 1, "O": 1, "NE": 1, "UO": 3}
        assert (town.rates.rr1, town.rates.rr2) == (2 / 9, 3 / 9), "of nine that are or may be eligible"
        rest = fields["城镇 / 企业"]
        assert (rest.asked, rest.responded, rest.rates.rr1, dict(rest.counts)) == (7, 0, 0.0, {"UO": 7})


def test_the_whole_wave_adds_its_strata_up(standing: Standing) -> None:
    with standing.app.app_context():
        whole = service.overall(service.strata(standing.waves["open"].id))
        assert (whole.label, whole.population, whole.planned, whole.asked) == ("", 240, 40, 40)
        assert (whole.reserve_left, whole.responded) == (13, 3)
        assert (whole.rates.rr1, whole.rates.rr2) == (2 / 39, 3 / 39)
        empty = service.overall(service.strata(standing.waves["draft"].id))
        assert (empty.asked, empty.responded, empty.rates.rr1, empty.population) == (0, 0, None, 0)
        locked = service.overall(iter(service.strata(standing.waves["locked"].id)))
        assert (locked.population, locked.planned, locked.asked, locked.reserve_left) == (240, 40, 0, 0)


def test_weights_of_a_stratum_by_hand_and_none_where_nobody_answered(standing: Standing) -> None:
    with standing.app.app_context():
        found = service.wave_design(standing.waves["open"].id)
    town = found.strata.index(TOWN)
    assert found.population.tolist() == [22, 22, 36, 46, 47, 67]
    assert found.sampled.tolist() == [5, 5, 6, 7, 7, 10]
    assert found.eligible.tolist() == [5, 5, 6, 7, 7, 9]
    assert found.responded.tolist() == [0, 0, 0, 0, 0, 3]
    assert found.design_weight.tolist() == pytest.approx([22 / 5, 22 / 5, 6, 46 / 7, 47 / 7, 6.7], abs=1e-12)
    # three without outcome go to the seven known, then three who did not answer to the three who did
    assert found.nonresponse_factor[town] == pytest.approx(10 / 7 * 6 / 3, abs=1e-12)
    assert [math.isnan(factor) for factor in found.nonresponse_factor] == [True] * 5 + [False]
    assert found.rr1.tolist() == [0] * 5 + [2 / 9] and found.rr2.tolist() == [0] * 5 + [3 / 9]
    assert (found.overall_rr1, found.overall_rr2) == (2 / 39, 3 / 39)


def test_reserve_cases_called_up_lower_the_weight_and_count_in_the_rates(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        service.call_up(wave.id, TOWN, 2)
        keys = [case.case_key for case in service.cases(wave.id, stratum=TOWN, size=100)[0]]
        record(wave.id, dict.fromkeys(keys[:12], "I"))
        found = service.wave_design(wave.id)
        town = found.strata.index(TOWN)
        assert (found.sampled[town], found.responded[town]) == (12, 12)
        assert found.design_weight[town] == pytest.approx(67 / 12, abs=1e-12)
        assert found.nonresponse_factor[town] == 1 and found.rr1[town] == 1
        field = service.strata(wave.id)[town]
        assert (field.planned, field.asked, field.reserve_left) == (10, 12, 1)


def test_two_strata_have_factors_of_their_own(app: Flask, make_wave: MakeWave) -> None:
    """Partial answers count as answers; who is not eligible carries no weight over."""
    with app.app_context():
        wave = make_wave()
        words: dict[str, list[str]] = {"乡村 / 居民": ["P", "R", "R", "R", "R", "R"], TOWN: ["I"] * 5 + ["NE"] * 5}
        lines: list[tuple[str, str]] = []
        for label, letters in words.items():
            keys = [case.case_key for case in service.cases(wave.id, stratum=label)[0]]
            lines += zip(keys, letters, strict=False)
        record(wave.id, dict(lines))
        found = service.wave_design(wave.id)
        factors = dict(zip(found.strata, found.nonresponse_factor.tolist(), strict=True))
        assert factors["乡村 / 居民"] == pytest.approx(6.0, abs=1e-12)
        assert factors[TOWN] == pytest.approx(1.0, abs=1e-12)
        assert math.isnan(factors["城镇 / 企业"])
        rates = dict(zip(found.strata, zip(found.rr1.tolist(), found.rr2.tolist(), strict=True), strict=True))
        assert rates["乡村 / 居民"] == (0, 1 / 6) and rates[TOWN] == (1, 1)


def test_a_wave_that_is_not_drawn_has_no_weights(standing: Standing) -> None:
    with standing.app.app_context():
        found = service.wave_design(standing.waves["locked"].id)
        assert len(found.strata) == 6 and found.sampled.tolist() == [0] * 6
        assert all(map(math.isnan, [*found.design_weight, *found.nonresponse_factor, *found.rr1, *found.rr2]))
        assert (found.overall_rr1, found.overall_rr2) == (None, None)
        empty = service.wave_design(standing.waves["draft"].id)
        assert empty.strata == () and len(empty.design_weight) == 0


def test_responses_are_complete_and_partial_ones(standing: Standing) -> None:
    with standing.app.app_context():
        rates = service.overall([]).rates
    for letter in LETTERS:
        field = StratumField("甲", 9, 9, 9, 0, {letter: 4}, rates)
        assert field.responded == (4 if letter in ("I", "P") else 0)


def test_each_outcome_has_a_name_in_chinese(standing: Standing) -> None:
    with standing.app.app_context():
        names = {letter: str(words) for letter, words in service.DISPOSITION_NAMES.items()}
    assert names == {
        "I": "完整答卷",
        "P": "部分答卷",
        "R": "拒访",
        "NC": "未能联系",
        "O": "其他未答",
        "UO": "尚无结果",
        "NE": "不合格",
    }


def test_the_answers_moment_is_kept_nowhere(standing: Standing) -> None:
    with standing.app.app_context():
        columns = session().execute(text("SELECT * FROM sample_invitation LIMIT 1")).keys()
        session().rollback()
    assert set(columns) == {
        *("id", "wave_id", "stratum_id", "case_key", "position", "active", "disposition", "answered"),
        *("token_hash", "token_sealed", "shown"),
    }
