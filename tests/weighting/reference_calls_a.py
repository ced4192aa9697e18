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


CALLS = {
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
