"""Before the draw: sizes, reserve, fractions, weights and margins of a plan, and the plans that cannot be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from survey.base.errors import NotFound, Refused
from survey.sample import service
from survey.sample.design import plan as planning
from tests.sample.conftest import CHOICE, SOURCE, STRATA, Standing

Case = service.Case
TWO_LEVELS = service.DesignChoice(("区域",), "proportional", 60, 2, 0.1, {"城镇": 12.5})


def plan(standing: Standing, choice: service.DesignChoice) -> service.Plan:
    with standing.app.app_context():
        return service.plan(standing.waves["draft"].frame_id, choice)


def refusal(standing: Standing, choice: service.DesignChoice) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        plan(standing, choice)
    return refused.value.message, refused.value.remedy


def test_who_says_nothing_plans_600_by_size_with_a_fifth_in_reserve() -> None:
    choice = service.DesignChoice()
    assert (choice.columns, choice.method, choice.total, choice.minimum) == ((), "proportional", 600, 2)
    assert (choice.reserve_share, choice.sd) == (0.2, {})


def test_a_plan_by_hand_in_two_strata(standing: Standing) -> None:
    """80 in the country and 160 in town; a quarter of each is asked, and a tenth of that waits."""
    found = plan(standing, TWO_LEVELS)
    country, town = found.rows
    assert (country.label, country.population, country.size, country.reserve, country.sd) == ("乡村", 80, 20, 2, 50.0)
    assert (town.label, town.population, town.size, town.reserve, town.sd) == ("城镇", 160, 40, 4, 12.5)
    assert (country.fraction, town.fraction) == (0.25, 0.25)
    assert (country.weight, town.weight) == (4.0, 4.0)
    # 1.96 · 50 · √(1/20 − 1/80) and 1.96 · 12.5 · √(1/40 − 1/160)
    assert country.margin == pytest.approx(18.9773, abs=5e-5)
    assert town.margin == pytest.approx(3.3547, abs=5e-5)
    # √((80 · 9.6825)² + (160 · 1.7116)²) / 240 · 1.96
    assert found.margin == pytest.approx(6.7095, abs=5e-5)
    assert (found.total, found.reserve, found.population) == (60, 6, 240)


def test_neyman_sends_more_where_opinions_differ_more(standing: Standing) -> None:
    found = plan(standing, replace(TWO_LEVELS, method="neyman"))
    assert [row.size for row in found.rows] == [40, 20], "80 · 50 against 160 · 12.5: two to one"
    assert [row.fraction for row in found.rows] == [0.5, 0.125]
    assert [row.weight for row in found.rows] == [2.0, 8.0]
    assert found.margin == pytest.approx(5.0009, abs=5e-5)
    assert found.design.method == "neyman"


def test_the_design_of_a_plan_holds_all_that_will_be_locked(standing: Standing) -> None:
    assert plan(standing, TWO_LEVELS).design == service.SampleDesign(
        columns=("区域",),
        method="proportional",
        total=60,
        minimum=2,
        reserve_share=0.1,
        sd={"乡村": 50.0, "城镇": 12.5},
        population={"乡村": 80, "城镇": 160},
        sizes={"乡村": 20, "城镇": 40},
        reserve={"乡村": 2, "城镇": 4},
    )


def test_a_plan_of_six_strata_keeps_the_least_and_adds_up(standing: Standing) -> None:
    found = plan(standing, CHOICE)
    assert {row.label: (row.population, row.size, row.reserve) for row in found.rows} == STRATA
    assert list(found.design.sizes) == sorted(STRATA)
    assert (found.total, found.reserve, found.design.total) == (40, 13, 40)


@pytest.mark.parametrize("method", ["proportional", "neyman"])
def test_without_columns_there_is_one_stratum(standing: Standing, method: str) -> None:
    found = plan(standing, service.DesignChoice((), method, 24, 2, 0.25))
    assert [(row.label, row.population, row.size, row.reserve) for row in found.rows] == [("*", 240, 24, 6)]
    assert found.design.sd == {"*": 50.0} and found.design.columns == ()


@pytest.mark.parametrize("columns", [(), ("区域",), ("群体", "区域")])
def test_a_census_asks_everybody_whatever_total_was_wished(standing: Standing, columns: tuple[str, ...]) -> None:
    found = plan(standing, service.DesignChoice(columns, "census", total=7, minimum=999, reserve_share=0.5))
    assert (found.total, found.population, found.reserve, found.margin) == (240, 240, 0, 0)
    assert {(row.fraction, row.weight, row.margin) for row in found.rows} == {(1, 1, 0)}
    assert found.design.method == "census" and found.design.total == 240


def test_a_sample_may_take_the_whole_list_but_not_one_more(standing: Standing) -> None:
    assert plan(standing, service.DesignChoice((), total=240)).total == 240
    message, remedy = refusal(standing, service.DesignChoice((), total=241))
    assert message == "抽样框只有 240 个单位，少于所需的 241 个。"
    assert remedy == "请减少样本量，或改为全员测评。"


@pytest.mark.parametrize(
    ("columns", "minimum", "least"),
    [
        (("区域",), 10, 20),
        (("区域",), 100, 180),  # 80 of 80 in the country, 100 in town
        (("区域", "群体"), 25, 144),  # twice everybody of 22, then 25 from each of four
        (("区域", "群体"), 0, 6),  # one from each at least
        (("群体",), 1, 3),
    ],
)
def test_the_least_of_all_strata_together_is_the_smallest_sample(
    standing: Standing, columns: tuple[str, ...], minimum: int, least: int
) -> None:
    found = plan(standing, service.DesignChoice(columns, total=least, minimum=minimum))
    assert found.total == least
    message, remedy = refusal(standing, service.DesignChoice(columns, total=least - 1, minimum=minimum))
    assert message == f"{len(found.rows)} 层的最低样本数合计 {least}，超过样本量 {least - 1}。"
    assert remedy == "请增加样本量、降低每层最低数，或采用更粗的分层。"


def test_a_method_that_nobody_knows_is_refused_with_the_reason(standing: Standing) -> None:
    message, remedy = refusal(standing, service.DesignChoice(("区域",), "magic", 60))
    assert message == "样本无法在这些层之间分配。"
    assert "'magic'" in remedy


def test_a_spread_below_nothing_is_refused_with_the_reason(standing: Standing) -> None:
    message, remedy = refusal(standing, replace(TWO_LEVELS, method="neyman", sd={"乡村": -1.0}))
    assert message == "样本无法在这些层之间分配。" and remedy


def test_a_list_makes_at_most_400_strata(app: Flask) -> None:
    """20 by 20 values are the last allowed; one pair more is one stratum too many."""
    cases = [Case(f"c{i}", (f"区{i // 20}", f"群{i % 20}")) for i in range(400)]
    source = replace(SOURCE, contacts={})
    with app.app_context():
        fits = service.add_frame(source, cases)
        many = service.add_frame(replace(source, name="多一层"), [*cases, Case("c400", ("区20", "群0"))])
        choice = service.DesignChoice(("区域", "群体"), total=400, minimum=1)
        assert len(service.plan(fits.id, choice).rows) == 400
        for method in ("proportional", "census"):
            with pytest.raises(Refused) as refused:
                service.plan(many.id, replace(choice, total=401, method=method))
            assert refused.value.message == "所选列共分成 401 层。"
            assert refused.value.remedy == "请选择更粗的分层列，最多 400 层。"
    assert planning.MOST_STRATA == 400 and planning.SD_OF_A_HALF == 50.0


def test_a_plan_of_a_list_that_is_not_there_is_refused(still: Flask) -> None:
    with still.app_context(), pytest.raises(NotFound):
        service.plan(99, service.DesignChoice())
