"""Each reference topic as a call of the public names: estimators, intervals, comparison."""

import numpy as np
import pytest

import weighting
from tests.weighting.reference_data import data_of, design_of, evaluate


def _near(got, expected, case, key=""):
    np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=1e-12, err_msg=f"{case['id']} {key}")


def _many(request, key="y"):
    return request[key] if isinstance(request[key], list) else [request[key]]


def _estimate(case, design, data, domains=None):
    request = case["request"]
    statistic = request["statistic"]
    if statistic == "ratio":
        return weighting.ratio(design, evaluate(request["y"], data), data[request["x"]], domains=domains)
    if statistic == "proportion":
        return weighting.proportion(design, data[request["y"]], domains=domains)
    answers = [evaluate(name, data) for name in _many(request)]
    y = answers[0] if len(answers) == 1 else np.column_stack(answers)
    return getattr(weighting, statistic)(design, y, domains=domains)


def rows(case):
    """mean, total, proportion, ratio: value, standard error, interval, design effect, covariance."""
    data = data_of(case)
    if case["expected"].get("error"):
        with pytest.raises(weighting.WeightingError, match="stratum"):
            weighting.mean(design_of(case, data), data["y"])
        return
    design = design_of(case, data)
    estimate = _estimate(case, design, data)
    _compare_rows(case, estimate)


def _compare_rows(case, estimate):
    expected = case["expected"]
    flat = {
        "estimate": estimate.value.ravel(),
        "se": estimate.standard_error.ravel(),
        "ci95_t": np.stack(estimate.interval(method="t"), axis=-1).reshape(-1, 2),
        "deff": _effect(case, estimate).ravel(),
    }
    for i, row in enumerate(expected["rows"]):
        for key in flat.keys() & row.keys():
            if key == "ci95_t" and case["topic"] == "edge" and row["se"] == 0 and row["estimate"] in (0, 1):
                continue
            _near(flat[key][i], row[key], case, key)
    if "df" in expected:
        assert np.all(estimate.degrees_of_freedom == expected["df"])
    if "vcov" in expected:
        _near(estimate.covariance(), expected["vcov"], case, "vcov")
    low, high = estimate.interval()
    assert np.isfinite(low).all()
    assert np.isfinite(high).all()


def _effect(case, estimate):
    replaced = "replace" in case["r_command"]
    return estimate.design_effect_with_replacement if replaced else estimate.design_effect


def domain(case):
    """Means and shares by domain, and subpopulations."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    design = design_of(case, data)
    if "subset" in request:
        inside = np.where(evaluate(request["subset"], data), "in", "out")
        estimate = weighting.mean(design, data[request["y"]], domains=inside)
        row = expected["rows"][0]
        _near(estimate.value[0], row["estimate"], case)
        _near(estimate.standard_error[0], row["se"], case)
        _near(np.array(estimate.interval())[:, 0], row["ci95_t"], case)
        assert estimate.degrees_of_freedom[0] == expected["df"]
        assert estimate.design_degrees_of_freedom == expected["df_full_design"]
        return
    estimate = _estimate(case, design, data, domains=data[request["by"]])
    values, errors = estimate.value.ravel(order="F"), estimate.standard_error.ravel(order="F")
    _near(values, [row["estimate"] for row in expected["rows"]], case)
    _near(errors, [row["se"] for row in expected["rows"]], case)
    if "vcov" in expected:
        _near(estimate.covariance(), expected["vcov"], case)
    if "df" in expected:
        assert estimate.design_degrees_of_freedom == expected["df"]


def lonely(case):
    (domain if "by" in case["request"] else rows)(case)


def edge(case):
    (domain if "by" in case["request"] else rows)(case)


def prop_ci(case):
    """Intervals of proportions by every method."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    estimate = weighting.proportion(design_of(case, data), evaluate(request["y"], data).astype(bool))
    low, high = estimate.interval(request["level"], request["ci"])
    _near(estimate.value, expected["estimate"], case | {"rtol": max(case["rtol"], 1e-8)})
    _near(estimate.standard_error, expected["se"], case | {"rtol": max(case["rtol"], 1e-8)})
    _near([low, high], [expected["low"], expected["high"]], case)
    assert estimate.degrees_of_freedom == expected["df"]


def quantile(case):
    """Quantiles by several rules, with Woodruff's intervals."""
    data, request = data_of(case), case["request"]
    estimate = weighting.quantile(
        design_of(case, data),
        data[request["y"]],
        np.atleast_1d(request["q"]),
        rule=request["rule"],
        method=request["interval"],
    )
    rows = case["expected"]["rows"]
    _near(estimate.value, [row["estimate"] for row in rows], case)
    _near(np.array(estimate.interval()).T, [[row["ci_low"], row["ci_high"]] for row in rows], case)
    _near(estimate.standard_error, [row["se"] for row in rows], case)


def textbook(case):
    """Published figures of Lohr and Cochran."""
    data, expected = data_of(case), case["expected"]
    if case["design"]:
        rows(case)
        estimate = weighting.mean(design_of(case, data), data["acres"])
        assert round(float(estimate.value), 1) == expected["published"]["estimate"]
        assert round(float(estimate.standard_error), 1) == expected["published"]["se"]
        return
    parts = [np.var(data["size"][data["stratum"] == h], ddof=1) for h in (1, 2)]
    _near([*parts, np.var(data["size"], ddof=1)], expected["s2"], case)


def contrast(case):
    """Differences: two variables, two domains, a unit against the rest, two waves."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    design = design_of(case, data)
    if case["id"] == "con-strat-api":
        both = np.column_stack([data["api00"], data["api99"]])
        found = weighting.contrast(weighting.mean(design, both), [1, -1])
    elif case["id"] == "con-dom-vs-rest":
        found = weighting.difference(weighting.mean(design, data["api00"], domains=data["stype"] == "H"), True, False)
        rest = weighting.against_rest(design, data["api00"], domains=data["stype"])
        _near(rest.value[1], expected["estimate"], case)
        _near(rest.standard_error[1], expected["se"], case)
    elif case["id"] == "satis-unit-pairs":
        means = weighting.mean(design, data["q1"], domains=data["unit"])
        found = weighting.difference(means, "U01", "U02")
        _near(weighting.all_pairs(means).differences.standard_error[0], expected["se"], case)
    else:
        means = weighting.mean(design, data[request["y"]], domains=data[request["by"]])
        found = weighting.contrast(means, [-1, 1])
    _near(found.value, expected["estimate"], case)
    _near(found.standard_error, expected["se"], case)
    _near(found.interval(), expected["ci95_t"], case)
    _near(found.p_value(), expected["p_t"], case)
    assert found.degrees_of_freedom == expected["df"]


def test(case):
    """t test, Rao-Scott, rank test and p value adjustment."""
    request, expected = case["request"], case["expected"]
    if request["statistic"] == "p_adjust":
        for key, method in (("bonferroni", "bonferroni"), ("holm", "holm"), ("bh", "BH")):
            _near(weighting.adjust_p(request["p"], method), expected[key], case)
        return
    data = data_of(case)
    design = design_of(case, data)
    if request["statistic"] == "ttest":
        found = weighting.t_test(design, data[request["y"]], data[request["group"]])
        _near(found.difference, expected["difference"], case)
        _near(found.interval(), expected["ci95"], case)
    elif request["statistic"] == "raoscott_F":
        found = weighting.rao_scott(design, data[request["rows"]], data[request["cols"]])
    else:
        found = weighting.rank_test(design, data[request["y"]], data[request["group"]])
    _near(found.statistic, expected.get("statistic", expected.get("chisq")), case)
    _near(found.p_value, expected["p"], case)
    df = np.atleast_1d(expected["df"])
    assert found.degrees_of_freedom[: len(df)] == pytest.approx(df)


CALLS = {
    "contrast": contrast,
    "test": test,
    "quantile": quantile,
    "textbook": textbook,
    "mean": rows,
    "total": rows,
    "proportion": rows,
    "ratio": rows,
    "cluster": rows,
    "two_stage": rows,
    "missing": rows,
    "vcov": rows,
    "numerics": rows,
    "pps_variance": rows,
    "lonely": lonely,
    "edge": edge,
    "domain": domain,
    "prop_ci": prop_ci,
}
