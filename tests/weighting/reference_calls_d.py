"""The second set of reference topics, continued: models, comparisons, moments, two phases."""

import numpy as np
import pytest

import weighting
from tests.weighting.reference_calls_c import calibrated, near
from tests.weighting.reference_data import columns, data_of, design_of, evaluate


def _sample_of(case, data):
    """The design, its replicates, or the calibrated design that a case asks for."""
    spec = case["design"]
    if "replicate_weights" in spec:
        table = columns(spec["replicate_weights"])
        matrix = np.column_stack([table[name] for name in list(table)[1:]])
        return weighting.given_replicates(data[spec["weights"]], matrix, scale=spec["scale"], mse=spec["mse"])
    if "fpc1" in str(spec.get("weights")):
        psu, ssu = data["dnum"], data["snum"]
        return weighting.Design(psu=psu, population=data["fpc1"], ssu=ssu, ssu_population=data["fpc2"])
    design, _ = calibrated(case, data)
    return weighting.replicate_weights(design, spec["replicates"]) if "replicates" in spec else design


def _model_of(case, data, family):
    request = case["request"]
    left, terms = request["formula"].split("~")
    y = evaluate(request["y_is"], data) if "y_is" in request else data[left]
    domain = evaluate(request["subset"], data) if "subset" in request else None
    return weighting.regression(_sample_of(case, data), y, data, terms, family=family, domain=domain)


def regression(case):
    """Coefficients, covariance, t, p and intervals."""
    data, expected = data_of(case), case["expected"]
    model = _model_of(case, data, case["request"]["statistic"].split("_")[0])
    rows = expected["rows"]
    assert model.labels == tuple(row["label"] for row in rows)
    near(model.value, [row["estimate"] for row in rows], case)
    near(model.standard_error, [row["se"] for row in rows], case, "se", 100)
    near(model.t, [row["t"] for row in rows], case, "t", 100)
    near(model.p_value(), [row["p"] for row in rows], case, "p", 1000)
    near(np.stack(model.interval(), axis=1), [row["ci95_t"] for row in rows], case, "ci95", 100)
    if "vcov" in expected:
        size = np.abs(expected["vcov"]).max()
        np.testing.assert_allclose(model.covariance(), expected["vcov"], rtol=1e-6, atol=1e-8 * size)
    assert model.n == expected["n"]
    assert model.design_degrees_of_freedom == expected["df_design"]
    assert model.degrees_of_freedom == expected["df_residual"]


def wald(case):
    """Several terms at once."""
    data, expected, request = data_of(case), case["expected"], case["request"]
    found = _model_of(case, data, request["model"]).wald(request["terms"].strip("~").split("+"))
    near(found.statistic, expected["F"], case)
    near(found.statistic * found.degrees_of_freedom[0], expected["chisq"], case)
    near(found.p_value, expected["p"], case, "p", 100)
    assert found.degrees_of_freedom == (expected["df"], expected["ddf"])


def equal_means(case):
    """Equal means of k groups."""
    data, expected, request = data_of(case), case["expected"], case["request"]
    domain = evaluate(request["subset"], data) if "subset" in request else None
    found = weighting.equal_means(design_of(case, data), data[request["y"]], data[request["group"]], domain=domain)
    near(found.statistic, expected["F"], case)
    near(found.p_value, expected["p"], case, "p", 100)
    assert found.degrees_of_freedom == (expected["df"], expected["ddf"])


def standardise(case):
    """Means of units with one mix of people."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    y = {"Low": 0.0, "Medium": 50.0, "High": 100.0}
    answers = np.array([y[v] for v in data["satisfaction"]]) if request["y"] == "points" else data[request["y"]]
    over = data[request["over"]]
    design = weighting.standardise(
        design_of(case, data),
        data[request["standardize_by"]],
        request["population"],
        over=over,
        y=answers if "excluding_missing" in request else None,
    )
    estimate = weighting.mean(design, answers, domains=over)
    near(estimate.value, [row["estimate"] for row in expected["rows"]], case)
    near(estimate.standard_error, [row["se"] for row in expected["rows"]], case, "se")
    np.testing.assert_allclose(estimate.covariance(), expected["vcov"], rtol=1e-8, atol=1e-9)


def moments(case):
    """Variances, correlation and alpha."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    design = design_of(case, data)
    domain = ~np.isnan(data["q2"]) if "subset" in case["design"] else None
    if request["statistic"] == "covariance_matrix":
        found = weighting.covariance_matrix(design, np.column_stack([data[name] for name in request["y"]]))
        near(found.value, expected["matrix"], case)
        near(found.standard_error, expected["se"], case, "se")
    elif request["statistic"] == "correlation":
        found = weighting.correlation(design, data[request["x"]], data[request["y"]], domain=domain)
        near(found.value, expected["estimate"], case)
        near(found.standard_error, expected["se"], case, "se")
        assert found.degrees_of_freedom == expected["df"]
    else:
        found = weighting.cronbach_alpha(design, np.column_stack([data[n] for n in request["items"]]), domain=domain)
        near(found.value, expected["alpha"], case)
        assert found.n == expected["n"]


def twophase(case):
    """A random subsample within classes: the exact variance of two phases."""
    data, request, expected, spec = data_of(case), case["request"], case["expected"], case["design"]
    selected = np.arange(1, len(data["pw"]) + 1) % 3 != 0 if "position" in spec["phase2"] else data["resp"] == 1
    y = np.nan_to_num(data["y"]) if request["y"] == "y0" else data[request["y"]]
    design = design_of(case, data)
    step = weighting.second_phase(design.weights, selected, data[spec["phase2_classes"]])
    estimate = weighting.mean(weighting.adjusted(design, step), y)
    row = expected["rows"][0]
    assert estimate.value == pytest.approx(row["estimate"], rel=2e-9)
    assert estimate.degrees_of_freedom == expected["df"]
    assert step.weights[selected].sum() == pytest.approx(expected["weights"]["sum"], rel=1e-7)
    np.testing.assert_allclose(step.weights[selected][:20], expected["weights"]["first20"], rtol=1e-6)
    if "se_exact" in expected:
        near(estimate.standard_error, expected["se_exact"], case, "se")
        near(estimate.covariance(), expected["se_exact"] ** 2, case, "vcov", 10)
    else:  # R's approximation, which we do not offer: it must lie near the exact error
        assert estimate.standard_error == pytest.approx(row["se"], rel=0.002)


CALLS = {
    "regression": regression,
    "wald": wald,
    "equal_means": equal_means,
    "standardize": standardise,
    "covariance": moments,
    "twophase": twophase,
}
