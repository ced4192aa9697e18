"""Each reference topic as a call of the public names: allocation, selection, adjustment, replicates."""

import re

import numpy as np
import pytest

import weighting
from tests.weighting.reference_data import columns, data_of, design_of


def near(got, expected, case, key=""):
    np.testing.assert_allclose(got, expected, rtol=case["rtol"], atol=1e-12, err_msg=f"{case['id']} {key}")


def allocation(case):
    """Real-valued targets, integer sizes, and the variance they promise."""
    spec, request, expected = case["design"], case["request"], case["expected"]
    method = request["method"].split()[0].rstrip(",").replace("optimal_cost", "cost")
    if expected.get("error"):
        with pytest.raises(weighting.WeightingError, match="minima"):
            weighting.allocate(request["n"], spec["N"], method=method, minimum=_number_after("minimum", request))
        return
    options = {"method": method, "sd": _standard_deviations(case), "costs": spec.get("cost"), "minimum": None}
    if method == "power":
        _power(case, options)
        return
    result = weighting.allocate(request["n"], spec["N"], **options)
    near(result.target, expected["real"], case, "real")
    for key in ("integer", "integer_optimal"):
        if key in expected:
            assert result.sizes.tolist() == expected[key]
    assert result.total == request["n"]
    if "se_total" in expected:
        near(result.standard_error_total, expected["se_total"], case, "se_total")
    if "variance_total" in expected:
        near(result.variance_total, expected["variance_total"], case, "variance_total")


def _standard_deviations(case):
    if not case["data"]:
        return case["design"]["S"]
    data = columns(case["data"][0])
    return [float(np.std(data["size"][data["stratum"] == label], ddof=1)) for label in np.unique(data["stratum"])]


def _power(case, options):
    spec, request, expected = case["design"], case["request"], case["expected"]
    powers = {"real": spec.get("q")} if "q" in spec else {"q0": 0, "q03": 0.3, "q1": 1}
    for key, power in powers.items():
        result = weighting.allocate(
            request["n"], spec["N"], method="power", cv=options["sd"], size=spec["X"], power=power
        )
        near(result.target, expected[key], case, key)
        assert result.total == request["n"]


def _number_after(word, request):
    return int(re.search(rf"{word} (\d+)", request["method"]).group(1))


def selection(case):
    """Inclusion probabilities and systematic draws."""
    request, expected = case["request"], case["expected"]
    if request["statistic"] == "systematic":
        rows = weighting.systematic_rows(request["N"], request["n"], request["u"])
        assert rows.tolist() == expected["rows0"]
        return
    sizes = columns(case["data"][0])[re.search(r"\$(\w+)", case["r_setup"][0]).group(1)]
    chances = weighting.inclusion_probabilities(sizes, request["n"])
    if request["statistic"] == "systematic_pps":
        assert weighting.systematic_pps_rows(chances, float(request["u"])).tolist() == expected["rows0"]
        return
    near(chances.sum(), expected["sum"], case)
    assert np.count_nonzero(chances == 1) == expected["certainty"]
    near(chances[:20], expected["first20"], case)
    near(chances.min(), expected["min"], case)
    near(chances @ chances, expected["sum_sq"], case)


def poststrat(case):
    """Post-stratified means, standard errors and weights."""
    data = data_of(case)
    spec = case["design"]["poststratify"]
    by, totals = (spec["by"], spec["totals"]) if isinstance(spec, dict) else _totals_from_file(case)
    design = design_of(case, data)
    _compare(case, data, design, weighting.poststratify(design.weights, data[by], totals))


def _totals_from_file(case):
    by, _, name = case["design"]["poststratify"].split()
    table = columns(name)
    labels, counts = (table[key] for key in list(table)[:2])
    return by, dict(zip(labels.tolist(), counts.tolist(), strict=True))


def rake(case):
    """Raked means; the standard error of one joint regression."""
    data = data_of(case)
    design = design_of(case, data)
    totals = case["design"].get("rake") or _shares(case["design"]["rake_shares"], design.weights.sum())
    step = weighting.rake(design.weights, {name: data[name] for name in totals}, totals)
    _compare(case, data, design, step)


def _shares(text, whole):
    """Totals from a text like "sex: F .56, M .44; …"."""
    variables = [part.split(":") for part in text.split(";") if ":" in part]
    return {
        name.strip(): {label: float(share) * whole for label, share in re.findall(r"(\w+) (\.\d+)", shares)}
        for name, shares in variables
    }


def calibrate(case):
    """Calibrated means and totals; the ratio g alone; what must be refused."""
    data = data_of(case)
    if case["expected"].get("error"):
        with pytest.raises(weighting.WeightingError, match="did not converge"):
            _calibration(data, design_of(case, data), case["r_command"])
        return
    spec = case["design"].get("calibrate", case["design"].get("calibrate_shares"))
    design = design_of(case, data)
    if case["request"]["statistic"] == "g-weights":
        step = weighting.calibrate(design.weights, *_from_sampling(data))
        near(step.g[:20], case["expected"]["g_first20"], case)
        near([step.g.min(), step.g.max()], [case["expected"]["g_min"], case["expected"]["g_max"]], case)
        return
    assert spec
    step = _calibration(data, design, case["r_setup"][-1], case["r_setup"])
    _compare(case, data, design, step)
    if "g_range" in case["expected"]:
        near([step.g.min(), step.g.max()], case["expected"]["g_range"], case, "g")


def _from_sampling(data):
    totals = {"E": 4421, "H": 755, "M": 1018}
    return {"stype": data["stype"], "api99": data["api99"]}, {"stype": totals, "api99": 3914069}


def _calibration(data, design, command, setup=()):
    """The calibration that an R call asks for, with R's treatment contrasts as a matrix."""
    formula = re.search(r"~([\w.+]+), *c\((.*?)\)[,)]", command.replace("`(Intercept)`", "Intercept"))
    scale = float(design.weights.sum()) if any("T <- sum" in line for line in setup) else 1.0
    totals = {}
    for item in formula.group(2).split(","):
        name, value = item.strip().split("=")
        totals[name] = float(np.prod([scale if part == "T" else float(part) for part in value.split("*")]))
    variables = formula.group(1).split("+")
    matrix = np.column_stack([_contrast(data, variables, name) for name in totals])
    bounds = re.search(r"bounds=c\(([\d.]+),([\d.]+)\)", command)
    return weighting.calibrate(
        design.weights,
        matrix,
        list(totals.values()),
        method=(re.search(r"calfun=['\"](\w+)", command) or re.search("(linear)", "linear")).group(1),
        bounds=bounds and (float(bounds.group(1)), float(bounds.group(2))),
    )


def _contrast(data, variables, name):
    if name == "Intercept":
        return np.ones(len(next(iter(data.values()))))
    if name in variables:
        return data[name]
    variable = next(v for v in sorted(variables, key=len, reverse=True) if name.startswith(v))
    return data[variable] == name[len(variable) :]


def _compare(case, data, design, step):
    expected, names = case["expected"], case["request"]["y"]
    adjusted = weighting.adjusted(design, step)
    y = np.column_stack([data[name] for name in names])
    estimate = weighting.mean(adjusted, y)
    _compare_rows(case, estimate, expected.get("se_as_calibration"))
    _compare_weights(case, step.weights)
    if "totals" in expected:
        total = weighting.total(adjusted, y)
        near(total.value, expected["totals"]["estimate"], case, "total")
        near(total.standard_error, expected["totals"]["se"], case, "total se")


def _compare_rows(case, estimate, other_errors=None):
    expected = case["expected"]
    errors = other_errors or [row["se"] for row in expected["rows"]]
    near(np.ravel(estimate.value), [row["estimate"] for row in expected["rows"]], case, "estimate")
    # R's rake() sweeps the residuals a finite number of times; one joint regression differs in the 4th digit.
    digits = {**case, "rtol": 5e-4} if "joint-regression" in case.get("note", "") else case
    near(np.ravel(estimate.standard_error), errors, digits, "se")
    if other_errors is None and "joint-regression" not in case.get("note", ""):
        interval = np.stack(estimate.interval(method="t"), axis=-1).reshape(-1, 2)
        near(interval, [row["ci95_t"] for row in expected["rows"]], case, "ci95_t")
    assert np.all(estimate.degrees_of_freedom == expected["df"])


def _compare_weights(case, weights):
    expected = case["expected"]["weights"]
    summary = weighting.summarise_weights(weights)
    got = {
        "n": summary.n,
        "sum": summary.sum,
        "sum_sq": summary.sum_of_squares,
        "min": summary.smallest,
        "max": summary.largest,
        "kish_deff": weighting.kish_design_effect(weights),
        "kish_neff": weighting.kish_effective_n(weights),
    }
    for key, value in expected.items():
        near(got[key], value, case, key)
    if "weights_first20" in case["expected"]:
        near(weights[:20], case["expected"]["weights_first20"], case, "weights")


def kish(case):
    """Spread of weights."""
    near_case = {**case, "expected": {"weights": case["expected"]}}
    _compare_weights(near_case, columns(case["data"][0])["pw"])


def trim(case):
    """Trimmed weights and the mean they give."""
    data = data_of(case)
    spec = {key: value for key, value in case["design"].items() if key != "weights"}
    design = design_of({**case, "design": spec}, data)
    options = case["request"]["trim"]
    bounds = {name: float(value) for name, value in re.findall(r"(upper|lower)=([\d.e]+)", options)}
    weights = weighting.trim_weights(design.weights, **bounds, strict="strict=TRUE" in options).weights
    near(weights.sum(), design.weights.sum(), case, "sum kept")
    _compare_weights(case, weights)
    _compare_rows(case, weighting.mean(design.reweighted(weights), data["api00"]))


def nonresponse(case):
    """Weighting classes."""
    data, expected, request = data_of(case), case["expected"], case["request"]
    step = weighting.nonresponse_factors(data[request["classes"]], data[request["response"]] == 1, data["w"])
    near(step.base_weights.sum(), expected["sum_w"], case)
    near(step.weights.sum(), expected["sum_adjusted"], case)
    assert set(step.labels) == set(expected["factors"])
    for label, factor in zip(step.labels, step.factors, strict=True):
        near(factor, expected["factors"][label], case, label)
    near(step.weights[:20], expected["adjusted_first20"], case)
    near(weighting.kish_design_effect(step.weights), expected["kish_deff"], case)
    adjusted = weighting.adjusted(design_of(case, data), step)
    near(weighting.mean(adjusted, data["y"]).value, expected["mean_respondents"], case)


def replicate(case):
    """Replicate variances, made from the design or given."""
    data, spec, expected = data_of(case), case["design"], case["expected"]
    if "replicate_weights" in spec:
        table = columns(spec["replicate_weights"])
        matrix = np.column_stack([table[name] for name in list(table)[1:]])
        replicates = weighting.given_replicates(data[spec["weights"]], matrix, scale=spec["scale"], mse=spec["mse"])
    else:
        replicates = weighting.replicate_weights(design_of(case, data), spec["replicates"], mse=expected["mse"])
    estimate = replicates.mean(np.column_stack([data[name] for name in case["request"]["y"]]))
    near(estimate.value, expected["estimate"], case, "estimate")
    near(estimate.standard_error, expected["se"], case, "se")
    near(estimate.covariance(), expected["vcov"], case, "vcov")
    near(replicates.scale, expected["scale"], case, "scale")
    near(np.unique(replicates.rscales), np.unique(expected["rscales"]), case, "rscales")
    assert replicates.replicate_weights.shape[1] == expected["n_reps"]
    assert estimate.degrees_of_freedom == expected["df"]


CALLS = {
    "allocation": allocation,
    "calibrate": calibrate,
    "kish": kish,
    "nonresponse": nonresponse,
    "poststrat": poststrat,
    "rake": rake,
    "replicate": replicate,
    "selection": selection,
    "trim": trim,
}
