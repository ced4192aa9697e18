"""What cannot be compared, tested or standardised is refused with a sentence."""

import numpy as np
import pytest

import weighting
from tests.weighting.sixteen import PSU, G, K, W, Y, endless
from weighting import Design, PanelRound, WeightingError, adjust_p, all_pairs, change, contrast, mean

THREE = mean(Design(list("aabbcc"), weights=np.ones(6)), [1.0, 2, 4, 6, 7, 7.5], domains=list("aabbcc"))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: contrast(THREE, {"z": 1}), "'z' is none of the estimates: a, b, c"),
        (lambda: contrast(THREE, [1, -1]), r"coefficients have shape \(2,\) for 3 estimates"),
        (lambda: contrast(THREE, np.ones((1, 1, 3))), r"coefficients have shape \(1, 1, 3\) for 3 estimates"),
        (lambda: weighting.difference(THREE, "a", "z"), "'z' is none of the estimates: a, b, c"),
        (
            lambda: contrast(THREE, {"a": 1}).interval(method="wilson"),
            "method 'wilson' is for proportions; a difference has t",
        ),
        (lambda: adjust_p([0.1], "fdr"), "'fdr' is no adjustment: choose none, bonferroni, holm or BH"),
        (lambda: adjust_p([-0.1]), "p values lie between 0 and 1"),
        (lambda: adjust_p([1.1, np.nan]), "p values lie between 0 and 1"),
        (lambda: all_pairs(mean(endless(), Y)), "all pairs need at least two estimates"),
        (
            lambda: change(THREE, PanelRound(endless(), Y)),
            "change takes two estimates, or two rounds with their people",
        ),
        (lambda: change(THREE, weighting.total(endless(), Y)), "a mean cannot be compared with a total"),
        (
            lambda: change(PanelRound(Design(weights=[1, 1]), [1, 2]), PanelRound(Design(weights=[1, 1]), [1, 2])),
            "say who the people are: a key for each row of both rounds, or psu in both designs",
        ),
        (
            lambda: change(*[PanelRound(Design(weights=[1, 1]), [1, 2], ["p"])] * 2),
            r"people have shape \(1,\) for 2 rows: give one key a row",
        ),
        (
            lambda: change(*[PanelRound(Design(weights=[1, 1]), [[1, 2], [3, 4]], ["p", "q"])] * 2),
            "change takes one variable of rounds that share people",
        ),
        (
            lambda: weighting.standardise(endless(), K, {"r": 1, "s": 1}),
            "population has no share of 't': give one, 0 if",
        ),
        (lambda: weighting.standardise(endless(), K, {"r": 0, "s": 0, "t": 0}), "must be at least 0, and not all 0"),
        (lambda: weighting.standardise(endless(), K, {"r": 2, "s": -1, "t": 1}), "must be at least 0, and not all 0"),
        (lambda: weighting.standardise(endless(), K[:3], {"r": 1, "s": 1, "t": 1}), "by and over must hold 16 labels"),
        (
            lambda: weighting.standardise(endless(), K, {"r": 1, "s": 1, "t": 1}, over=K),
            "unit r has nobody of 's', which has a share: merge labels of the mix",
        ),
        (
            lambda: weighting.standardise(
                weighting.adjusted(endless(), weighting.poststratify(W, G, {"p": 1, "q": 2})), K, {"r": 1}
            ),
            "standardise the design with its design weights: here they are adjusted already",
        ),
        (
            lambda: weighting.against_rest(endless(), Y),
            "against_rest needs domains: say which unit each answer belongs",
        ),
        (lambda: weighting.against_rest(endless(), Y, domains=["x"] * 16), "at least two domain labels"),
        (
            lambda: weighting.against_rest(endless(), np.column_stack([Y, Y]), domains=G),
            "against_rest takes one variable",
        ),
        (
            lambda: weighting.rao_scott(endless(), G, K, statistic="LR"),
            "'LR' is no statistic of a table: choose F, chisq",
        ),
        (lambda: weighting.rao_scott(endless(), G, ["x"] * 16), "needs at least two rows and two columns"),
        (lambda: weighting.rao_scott(endless(), G[:3], K), r"rows have shape \(3,\), and the design has 16 rows"),
        (lambda: weighting.rao_scott(endless(), G, K[:3]), r"columns have shape \(3,\), and the design has 16 rows"),
        (lambda: weighting.rao_scott(endless(), G, K, domain=G), "domain must hold 16 booleans, one a row"),
        (lambda: weighting.equal_means(endless(), Y, ["x"] * 16), "compares at least two groups"),
        (
            lambda: weighting.equal_means(endless(), Y, PSU),
            "the groups leave -1 degrees of freedom, or answers without",
        ),
        (lambda: weighting.equal_means(endless(), np.ones(16), G), "answers without spread: merge groups or leave"),
        (lambda: weighting.rank_test(endless(), Y, ["x"] * 16), "a rank test compares at least two groups"),
        (
            lambda: weighting.rank_test(endless(), np.where(Y > 4, np.nan, Y), G),
            "a rank test needs one answer from every",
        ),
        (
            lambda: weighting.rank_test(endless(), Y, G, test="sign"),
            "'sign' is no rank test: choose kruskal-wallis, van",
        ),
        (lambda: weighting.t_test(endless(), Y, K), "a t test compares two groups, and there are 3"),
        (lambda: weighting.t_test(endless(), np.ones(16), G), "standard error 0: nothing to test"),
        (lambda: weighting.rao_scott(endless(), G, K).interval(), "a F test has no difference to give an interval for"),
    ],
)
def test_what_cannot_be_compared_says_why(call, sentence):
    with pytest.raises(WeightingError, match=sentence):
        call()
