"""A scheme's text: YAML read with the line of every value, so that a fault can say where it stands."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from flask_babel import gettext

from survey.base import plain_yaml
from survey.base.errors import Fault, ImportFaults
from survey.base.plain_yaml import PlainLoader
from survey.questions.service import Words

LONGEST = 200_000
LONGEST_CODE = 64
#: "35-40", "35–40 %", "35 至 40": two numbers where one is needed
RANGE = re.compile(r"^\s*\d+(\.\d+)?\s*%?\s*(-|–|—|~|～|至|到|to)\s*\d+(\.\d+)?\s*%?\s*$")
#: deeper than any scheme; also what keeps a hostile file from exhausting the reader
DEEPEST = 12


@dataclass
class Findings:
    """What is wrong in a scheme, each with its path, its line and a sentence."""

    lines: Mapping[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def add(self, path: str, value: object, sentence: str) -> None:
        shown = "" if value is None or isinstance(value, dict) else str(value)
        self.faults.append(Fault(self._line(path), path, shown[:80], sentence))

    def refusal(self) -> ImportFaults:
        """Everything found, in the order of the text."""
        faults = sorted(self.faults, key=lambda fault: fault.line)
        return ImportFaults(gettext("The scheme has faults; it was not stored."), faults)

    def refuse(self) -> None:
        """Raise what was found, if anything was."""
        if self.faults:
            raise self.refusal()

    def _line(self, path: str) -> int:
        while path:
            if path in self.lines:
                return self.lines[path]
            path = re.sub(r"(\.[^.\[]+|\[\d+\]|^[^.\[]+)$", "", path)
        return 0


def read_source(text: str) -> tuple[dict[str, Any], Findings]:
    """Read the YAML.

    Raises:
        ImportFaults: it is no YAML, no mapping, too long, too deep, or uses anchors.
    """
    findings = Findings()
    if len(text) > LONGEST:
        findings.add("", len(text), gettext("Shorten the file to %(n)s characters.", n=LONGEST))
        findings.refuse()
    try:
        node = yaml.compose(text, Loader=PlainLoader)
    except yaml.YAMLError as error:
        _refuse_yaml(findings, error)
    if not isinstance(node, yaml.MappingNode):
        findings.add("", "", gettext("Begin the file with keys such as id, version, title, total and classes."))
        raise findings.refusal()
    lines: dict[str, int] = {}
    findings.lines = lines
    _walk(node, "", lines, findings, set(), 0)
    findings.refuse()
    try:
        data = plain_yaml.read(text)
    except (yaml.YAMLError, ValueError) as error:
        _refuse_yaml(findings, error)
    return data, findings


def _refuse_yaml(findings: Findings, error: Exception) -> None:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    line = mark.line + 1 if mark else 0
    remedy = gettext("This is not readable YAML; look at the indentation and the colons of this line.")
    findings.faults.append(Fault(line, "", problem[:80], remedy))
    findings.refuse()


def _walk(node: yaml.Node, path: str, lines: dict[str, int], findings: Findings, seen: set[int], depth: int) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if id(node) in seen or depth > DEEPEST:
        findings.add(path, "", gettext("Write it out: references and deeper nesting are not read here."))
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            below = f"{path}.{name}" if path else name
            lines[below] = key.start_mark.line + 1
            if name in names:
                findings.add(below, "", gettext("The key stands twice; keep one."))
            names.add(name)
            _walk(value, below, lines, findings, seen, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            below = f"{path}[{position}]"
            lines[below] = value.start_mark.line + 1
            _walk(value, below, lines, findings, seen, depth + 1)


def number_in(
    findings: Findings, path: str, value: object, *, low: float = 0.0, high: float = math.inf
) -> float | None:
    """One number, or a fault that says why it is none.

    >>> number_in(Findings(), "share", "70 %"), number_in(Findings(), "from", "060")
    (70.0, 60.0)
    """
    if isinstance(value, str) and re.fullmatch(r"\s*\d+(\.\d+)?\s*%?\s*", value):
        value = float(value.replace("%", ""))
    if (isinstance(value, str) and RANGE.match(value)) or (isinstance(value, list) and len(value) == 2):
        sentence = gettext("This is a range. Decide on one number before anybody is rated, and state it.")
        findings.add(path, value, sentence)
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        findings.add(path, value, gettext("Write a number here."))
        return None
    if not low <= value <= high:
        limit = f"≥ {low:g}" if value < low else f"≤ {high:g}"
        findings.add(path, value, gettext("The number must be %(limit)s.", limit=limit))
        return None
    return float(value)


def whole_in(findings: Findings, path: str, value: object, *, low: int, high: int) -> int:
    """One whole number; what is none, or beyond the limits, is a fault, and `low` stands in its place."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        findings.add(path, value, gettext("Write a whole number from %(low)s to %(high)s.", low=low, high=high))
        return low
    return value


def known_keys(findings: Findings, path: str, mapping: Mapping[str, object], known: tuple[str, ...]) -> None:
    """A mistyped key would be ignored in silence; say so instead."""
    for key in mapping:
        if key not in known:
            sentence = gettext("This key is not known here; known are: %(keys)s.", keys=", ".join(known))
            findings.add(f"{path}.{key}" if path else str(key), "", sentence)


def check_length(findings: Findings, path: str, code: str) -> None:
    """A code under which values are brought in must fit where they are kept."""
    if len(code) > LONGEST_CODE:
        findings.add(path, code, gettext("Use at most %(max)d characters.", max=LONGEST_CODE))


def list_in(findings: Findings, path: str, value: object) -> list[Any]:
    """A list, absent = empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        findings.add(path, value, gettext("Write a list here, one item a line with a dash."))
        return []
    return value


def title_in(findings: Findings, path: str, value: object) -> Words:
    """Words: a plain text, or zh and en."""
    if isinstance(value, str) and value.strip():
        return Words(value.strip())
    if isinstance(value, dict) and str(value.get("zh") or "").strip():
        known_keys(findings, path, value, ("zh", "en"))
        return Words(str(value["zh"]).strip(), str(value.get("en") or "").strip())
    findings.add(path, value, gettext("Write the words in Chinese (zh), and if you can in English (en)."))
    return Words("")
