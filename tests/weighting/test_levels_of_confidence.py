"""A confidence level lies between 0 and 1, wherever it is given; 95 for 95 % is refused and never computed with."""

import itertools

import numpy as np
import pytest

import weighting
from tests.weighting.sixteen import G, H, W, Y, endless
from weighting import PanelRound, regression, replicate_weights

MEANS = weighting.mean(endless(), Y, domains=G)
SIX = weighting.mean(endless(), Y, domains=np.repeat(np.arange(4), 4))
PANEL = [PanelRound(weighting.Design(weights=W), Y, np.arange(16).astype(str))] * 2

TAKEN = {
    "mean": lambda level: MEANS.interval(level),
    "proportion": lambda level: weighting.proportion(endless(), Y >= 4).interval(level),
    "proportion by logit": lambda level: weighting.proportion(endless(), Y >= 4).interval(level, "logit"),
    "satterthwaite": lambda level: MEANS.interval(level, "satterthwaite"),
    "quantile": lambda level: weighting.median(endless(), Y).interval(level),
    "score quantile": lambda level: weighting.quantile(endless(), Y, method="score").interval(level),
    "contrast": lambda level: weighting.contrast(MEANS, [1, -1]).interval(level),
    "difference": lambda level: weighting.difference(MEANS, "p", "q").interval(level),
    "change": lambda level: weighting.change(MEANS, MEANS).interval(level),
    "change of a panel": lambda level: weighting.change(*PANEL).interval(level),
    "rest": lambda level: weighting.against_rest(endless(), Y, domains=G).interval(level),
    "composite": lambda level: weighting.composite(
        endless(), Y, layers=G, shares={"p": 0.5, "q": 0.5}
    ).estimate.interval(level),
    "t test": lambda level: weighting.t_test(endless(), Y, G).interval(level),
    "regression": lambda level: regression(endless(), Y, {"g": G}).interval(level),
    "margins": lambda level: regression(endless(), Y, {"g": G}).marginal_means("g").interval(level),
    "replicates": lambda level: replicate_weights(endless(), "JKn").mean(Y).interval(level),
    "areas": lambda level: weighting.fay_herriot(SIX).interval(level),
    "ranks": lambda level: weighting.rank_sets([1.0, 2.0], [1.0, 1.0], level=level, draws=100).lower,
    "allocation": lambda level: weighting.allocate(9, [50, 60], sd=2).margin(level),
    "stratum margins": lambda level: weighting.allocate(9, [50, 60], sd=2).stratum_margins(level),
    "precision": lambda level: weighting.allocate_for_precision([50, 60], 2, margin=1, level=level).sizes,
    "each stratum": lambda level: weighting.allocate_for_each_stratum([50, 60], 2, 1, level=level).sizes,
    "size": lambda level: weighting.sample_size_for_margin(0.1, sd=1, level=level).completes,
    "margin": lambda level: weighting.margin_of_error(10, sd=1, level=level),
}


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize("level", [0, 1, 95, -0.5, 1.0000001])
def test_a_level_outside_0_and_1_is_refused_everywhere(name, level):
    with pytest.raises(weighting.WeightingError, match=r"the confidence level is .*: it must lie between 0 and 1"):
        TAKEN[name](level)


@pytest.mark.parametrize("name", TAKEN)
def test_levels_near_both_ends_are_taken(name):
    for level in (1e-6, 0.5, 0.999999):
        assert np.isfinite(np.asarray(TAKEN[name](level), float)).any() or name in ("quantile", "score quantile")


@pytest.mark.parametrize("name", [name for name in TAKEN if name not in ("ranks", "precision", "each stratum", "size")])
def test_a_higher_level_never_narrows(name):
    widths = []
    for level in (0.5, 0.8, 0.95, 0.99):
        found = TAKEN[name](level)
        widths.append(np.nan_to_num(np.subtract(*found[::-1]) if isinstance(found, tuple) else found, nan=1e9))
    for less, more in itertools.pairwise(widths):
        assert (more >= less - 1e-12).all()


def test_the_strata_play_no_part_in_what_is_refused():
    with pytest.raises(weighting.WeightingError, match="the confidence level is 95"):
        weighting.survey_table(
            weighting.Design(H, weights=W), {"q": Y}, units=G, points={k: 25 * (k - 1) for k in range(1, 6)}, level=95
        )
