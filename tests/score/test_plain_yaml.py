"""A scheme is read as people write it: leading zeros belong to codes, and are no other base."""

from __future__ import annotations

import pytest
import yaml

from survey.base import plain_yaml
from survey.base.errors import ImportFaults
from survey.score import service

TEXT = """
id: lead-zero
version: 1
title: {zh: 窗口单位年度考核}
total: 100
classes:
  - codes: [CODES]
    components:
      - {id: work, title: {zh: 日常工作}, points: 60, source: "external:work", out_of: 100}
      - {id: voice, title: {zh: 群众评价}, points: 040, source: counter}
grades:
  - {title: {zh: 合格}, from: PASS}
  - {title: {zh: 不合格}, from: 0, below: PASS}
floor: no_score
"""


def read(codes: str = "010, 011", limit: str = "060"):
    from_text = TEXT.replace("CODES", codes).replace("PASS", limit)
    return service.check_scheme(from_text)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("010, 011", ("010", "011")),
        ("0007", ("0007",)),
        ("8, 9", ("8", "9")),
        ("0x1f", ("0x1f",)),
        ("no, off", ("no", "off")),
        ("1:30", ("1:30",)),
        ("1_000", ("1_000",)),
    ],
)
def test_codes_are_what_is_written(app, written: str, codes: tuple[str, ...]):
    assert read(written).classes[0].codes == codes


@pytest.mark.parametrize(("written", "limit"), [("060", 60.0), ("60", 60.0), ("60.5", 60.5), ("010", 10.0)])
def test_numbers_are_decimal(app, written: str, limit: float):
    scheme = read(limit=written)
    assert scheme.grades[0].lower == limit
    assert [leaf.full for leaf in scheme.classes[0].components] == [60.0, 40.0]


@pytest.mark.parametrize("written", ["0x3c", "six", "1:30", "true", "1_000"])
def test_what_is_no_decimal_number_is_told(app, written: str):
    with pytest.raises(ImportFaults):
        read(limit=written)


@pytest.mark.parametrize("text", ["version: 1\nversion: 2", "a: {b: 1, b: 1}", "- {zh: 甲, zh: 乙}"])
def test_a_key_that_stands_twice_is_no_document(text: str) -> None:
    with pytest.raises(yaml.YAMLError, match="stands twice"):
        plain_yaml.read(text)
