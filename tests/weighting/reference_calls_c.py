"""The second set of reference topics: rounds that overlap, score intervals, trimming, calibration, tests."""

import re

import numpy as np
import pytest

import weighting
from tests.weighting.reference_data import columns, data_of, design_of, evaluate

NO_SE = 1e-12


def near(got, expected, case, key="", factor=1.0):
    np.testing.assert_allclose(got, expected, rtol=case["rtol"] * factor, atol=NO_SE, err_msg=f"{case['id']} {key}")


def _options(text, data):
    """R's further arguments of calibrate."""
    options = {}
    if found := re.search(r"calfun='(\w+)'", text):
        options["method"] = found.group(1)
    if found := re.search(r"bounds=c\(([\d.]+),([\d.]+)\)", text):
        options["bounds"] = (float(found.group(1)), float(found.group(2)))
    if found := re.search(r"variance=(.*?)(?:, calfun|$)", text):
        expression = re.sub(r"\w+\$", "", found.group(1))
        expression = re.sub(r"mean\((\w+)\)", lambda m: str(float(data[m.group(1)].mean())), expression)
        options["variance"] = evaluate(expression, data)
    return options


def calibrated(case, data):
    """The design, calibrated as the case says, with the step."""
    design = design_of(case, data)
    spec = case["design"].get("calibrate")
    if spec is None:
        return design, None
    if "shares" in spec:
        whole = design.weights.sum()
        totals = {name: {k: v * whole for k, v in shares.items()} for name, shares in spec["shares"].items()}
        step = weighting.calibrate(design.weights, {name: data[name] for name in totals}, totals, method=spec["calfun"])
        return weighting.adjusted(design, step), step
    matrix = np.column_stack([_column(data, name) for name in spec["totals"]])
    options = _options(f"{spec.get('options', '')}", data)
    options.setdefault("method", spec.get("calfun", "linear"))
    step = weighting.calibrate(design.weights, matrix, list(spec["totals"].values()), **options)
    return weighting.adjusted(design, step), step


def _column(data, name):
    if name == "(Intercept)":
        return np.ones(len(next(iter(data.values()))))
    if name in data:
        return data[name]
    variable = next(v for v in sorted(data, key=len, reverse=True) if name.startswith(v))
    return data[variable] == name[len(variable) :]


def _rows(case, estimate, errors=None):
    expected = case["expected"]
    near(np.ravel(estimate.value), [row["estimate"] for row in expected["rows"]], case, "estimate")
    wanted = errors or [row["se"] for row in expected["rows"]]
    near(np.ravel(estimate.standard_error), wanted, case, "se", 10)
    if errors is None and "ci95_t" in expected["rows"][0]:
        interval = np.stack(estimate.interval(method="t"), axis=-1).reshape(-1, 2)
        near(interval, [row["ci95_t"] for row in expected["rows"]], case, "ci95_t")
    if "df" in expected:
        assert np.all(estimate.design_degrees_of_freedom == expected["df"])


def _weights(case, weights):
    expected = case["expected"]["weights"]
    got = {
        "n": len(weights),
        "sum": weights.sum(),
        "sum_sq": weights @ weights,
        "min": weights.min(),
        "max": weights.max(),
        "n_negative": (weights < 0).sum(),
        "first20": weights[:20],
    }
    for key in got.keys() & expected.keys():
        near(got[key], expected[key], case, key, 10)


def calibrate_variance(case):
    """Calibration with a model variance, and calibration that makes weights negative."""
    data = data_of(case)
    design, step = calibrated(case, data)
    request = case["request"]
    if "by" in request:
        estimate = weighting.mean(design, data[request["y"]], domains=data[request["by"]])
        _rows(case, estimate)
        return
    y = np.column_stack([data[name] for name in request["y"]])
    estimate = weighting.mean(design, y)
    _rows(case, estimate, case["expected"].get("se_with_variance"))
    _weights(case, step.weights)
    assert step.negative == case["expected"]["weights"].get("n_negative", 0)
    assert set(estimate.problem.tolist()) == {"negative weights" if step.negative else ""}
    if "totals" in case["expected"]:
        total = weighting.total(design, y)
        rows = case["expected"]["totals"]
        near(total.value, [row["estimate"] for row in rows] if isinstance(rows, list) else rows["estimate"], case)


def trim(case):
    """Trimmed weights, also after calibration, and the mean they give."""
    data = data_of(case)
    design, before = calibrated(case, data)
    text = case["request"]["trim"]
    bounds = {name: float(value) for name, value in re.findall(r"(upper|lower)=([\d.e]+)", text)}
    step = weighting.trim_weights(design.weights, **bounds, strict="strict=TRUE" in text)
    _weights(case, step.weights)
    steps = (step.as_given(),) if before is None else (before, step.as_given())
    estimate = weighting.mean(weighting.adjusted(design_of(case, data), *steps), data[case["request"]["y"]])
    _rows(case, estimate)


def quantile_score(case):
    """Score intervals by definition."""
    data, request = data_of(case), case["request"]
    q = np.atleast_1d(request["q"])
    estimate = weighting.quantile(design_of(case, data), data[request["y"]], q, method="score")
    rows = case["expected"]["rows"]
    near(estimate.value, [row["estimate"] for row in rows], case)
    near(estimate.interval().low, [row["root_low"] for row in rows], case, "low")
    near(estimate.interval().high, [row["root_high"] for row in rows], case, "high")
    assert np.all(estimate.degrees_of_freedom == case["expected"]["df"])


def _panel(case):
    """Two rounds with the keys of their people."""
    data = columns(case["data"][0])
    place = np.arange(1, len(data["api99"]) + 1)
    kept = [np.ones(len(place), bool), np.ones(len(place), bool)]
    if case["id"] == "chg-clusters":
        kept = [place % 4 != 0, place % 7 != 0]
    elif "rows" in case["design"]:
        kept = [place % 5 != 0, place % 3 != 0]
    rounds = []
    for rows, name in zip(kept, ("api99", "api00"), strict=True):
        strata = None if "strata" not in case["design"] else data["stype"][rows]
        weights = data["pw"][rows]
        if strata is not None:
            weights = data["fpc"][rows] / np.array([(strata == label).sum() for label in strata])
        psu = data["dnum"][rows] if case["id"] == "chg-clusters" else None
        people = None if psu is not None else data["snum"][rows]
        rounds.append((weighting.Design(strata, psu, weights), data[name][rows], people, data["comp.imp"][rows]))
    return rounds


def change_overlap(case):
    """Change between rounds that share people."""
    expected, by_group = case["expected"], isinstance(case["request"]["by"], list)
    before, now = (
        weighting.PanelRound(d, y, people, group if by_group else None) for d, y, people, group in _panel(case)
    )
    found = weighting.change(now, before)
    if by_group:
        one = [weighting.PanelRound(r.design, r.y, r.people) for r in (now, before)]
        assert weighting.change(*one).value.shape == ()
        near(found.value[1] - found.value[0], expected["estimate"], case)
        found = weighting.contrast(found, {"Yes": 1, "No": -1})
    near(found.value, expected["estimate"], case)
    near(found.standard_error, expected["se"], case)
    near(found.interval(), expected["ci95_t"], case)
    near(found.p_value(), expected["p"], case, "p", 10)
    assert found.degrees_of_freedom == expected["df"]


def unanimous(case):
    """A difference in which one side is unanimous."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    design = design_of(case, data)
    y = evaluate(request["y"], data).astype(float)
    group = evaluate(request["group"], data) if "=" in request["group"] else data[request["group"]]
    if case["id"] == "una-both":
        means = weighting.proportion(design, y == 1, domains=group)
        found = weighting.difference(means, "Yes", "No")
        near(found.value, expected["difference"], case)
        assert found.standard_error < NO_SE
        assert found.p_value() < 1e-6
        with pytest.raises(weighting.WeightingError, match="nothing to test"):
            weighting.t_test(design, y, group)
        return
    if "subset" in case["design"]:
        y = np.where(np.isin(data["unit"], ["U03", "U11"]), y, np.nan)
    found = weighting.t_test(design, y, group)
    near(found.difference, expected["difference"], case)
    near(found.standard_error, expected["se"], case, "se")
    near(found.statistic, expected["statistic"], case, "t")
    near(found.p_value, expected["p"], case, "p", 100)
    near(found.interval(), expected["ci95"], case, "ci95")
    assert found.degrees_of_freedom == (expected["df"],)


CALLS = {
    "calibrate_variance": calibrate_variance,
    "negative_weights": calibrate_variance,
    "trim": trim,
    "quantile_score": quantile_score,
    "change_overlap": change_overlap,
    "unanimous": unanimous,
}


def raoscott(case):
    """All forms of the test of independence, with and without missing answers."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    design = design_of(case, data)
    domain = ~np.isnan(data[request["rows"]]) if "subset" in case["design"] else None

    def test(statistic):
        return weighting.rao_scott(
            design, data[request["rows"]], data[request["cols"]], statistic=statistic, domain=domain
        )

    for name in ("F", "Wald", "adjWald"):
        near(test(name).statistic, expected[name]["statistic"], case, name)
        near(test(name).degrees_of_freedom, expected[name]["df"], case, f"{name} df")
        near(test(name).p_value, expected[name]["p"], case, f"{name} p", 100)
    near(test("chisq").p_value, expected["Chisq"]["p"], case, "chisq p", 100)
    near(test("saddlepoint").p_value, expected["saddlepoint"]["p"], case, "saddlepoint", 100)
    near(test("lincom").statistic, expected["lincom"]["pearson_answered"], case, "pearson")
    assert test("lincom").p_value == pytest.approx(expected["lincom"]["p"], abs=1e-5)


def rank(case):
    """Rank tests of answers on five levels."""
    data, request, expected = data_of(case), case["request"], case["expected"]
    found = weighting.rank_test(design_of(case, data), data[request["y"]], data[request["group"]])
    near(found.statistic, expected.get("statistic", expected.get("chisq")), case)
    near(found.p_value, expected["p"], case, "p", 100)
    df = (expected["df"],) if "difference" in expected else (expected["df"], expected["ddf"])
    assert found.degrees_of_freedom == df
    if "difference" in expected:
        near(found.difference, expected["difference"], case)


CALLS |= {"raoscott": raoscott, "rank": rank}
