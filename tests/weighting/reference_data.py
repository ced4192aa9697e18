"""Reading the reference cases: columns of the CSV files, R expressions and designs."""

import csv
import json
import re
from functools import cache
from pathlib import Path

import numpy as np

from weighting import Design, interaction

FOLDER = Path(__file__).parent / "reference"


@cache
def cases():
    return json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))["cases"]


@cache
def more_cases():
    return json.loads((FOLDER / "cases2.json").read_text(encoding="utf-8"))["cases"]


@cache
def columns(name):
    with (FOLDER / "data" / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: _typed([row[key] for row in rows]) for key in rows[0]}


def _typed(values):
    try:
        return np.array([float(value) if value not in ("", "NA") else np.nan for value in values])
    except ValueError:
        return np.array(values)


def data_of(case):
    """Columns of the case's file, only the rows it asks for."""
    data = columns(case["data"][0])
    wanted = case["design"].get("rows") if isinstance(case["design"], dict) else None
    if not wanted:
        return data
    keep = evaluate(wanted, data)
    return {name: column[keep] for name, column in data.items()}


def evaluate(expression, data):
    """Work out an R expression of columns."""
    names = {f"c{i}": data[name] for i, name in enumerate(data)}
    text = expression
    for i in sorted(range(len(data)), key=lambda i: -len(list(data)[i])):
        text = re.sub(rf"(?<![\w.'\"]){re.escape(list(data)[i])}(?![\w.'\"])", f"c{i}", text)
    text = re.sub(r"\(([^()]*[<>=]=?[^()]*)\)", r"(1.0*(\1))", text)
    return eval(text, {"__builtins__": {}}, names)  # noqa: S307 - our own reference file


def strata_of(spec, data):
    strata = spec.get("strata")
    if strata is None:
        return None
    return interaction(*(data[name] for name in strata)) if isinstance(strata, list) else data[strata]


def design_of(case, data):
    """The case's design."""
    spec = case["design"]
    population, fpc, pps = data.get(spec.get("fpc")), None, spec.get("pps")
    if str(spec.get("fpc", "")).startswith("fraction"):
        strata = data[spec["strata"]]
        sizes = {label: int((strata == label).sum()) for label in set(strata.tolist())}
        fpc = {label: size / data["fpc"][strata == label][0] for label, size in sizes.items()}
    if pps:
        population, fpc = None, data[spec["fpc"].split()[0]]
    weights = spec.get("weights")
    return Design(
        strata_of(spec, data),
        data.get(spec.get("psu")),
        np.ones(len(next(iter(data.values())))) if weights == "1" else data.get(weights),
        population,
        lonely_psu=spec["lonely_psu"],
        lonely_in_domains=spec.get("domain_lonely", False),
        fpc=fpc,
        ssu=data.get(spec.get("ssu")),
        ssu_population=data.get(spec.get("fpc_stage2")),
        pps=pps,
    )
