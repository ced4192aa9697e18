"""Schemes as people write them, and what is said of faulty ones."""

from __future__ import annotations

import pytest

from survey.base.errors import ImportFaults
from survey.score import service

HEAD = "id: test\nversion: 1\ntitle: 试行方案\ntotal: 100\n"
#: the line on which the first component of `scheme_of` stands
FIRST = 8


def scheme_of(*components: str, tail: str = "", head: str = HEAD) -> str:
    """A scheme with one class of these components, one a line, and what follows them."""
    lines = "".join(f"      - {{{component}}}\n" for component in components)
    return f'{head}classes:\n  - codes: ["*"]\n    components:\n{lines}{tail}\n'


def leaf(code: str = "a", marks: str = "share: 100", source: str = "source: poll", more: str = "") -> str:
    """One component."""
    return f"id: {code}, title: 项目{code}, {marks}, {source}" + (f", {more}" if more else "")


def external(code: str = "a", marks: str = "share: 100", out_of: str = "100") -> str:
    return leaf(code, marks, f'source: "external:{code}"', f"out_of: {out_of}")


def faults_in(text: str) -> list[tuple[int, str, str, str]]:
    """Line, path, value and sentence of each fault, in the order in which they are listed."""
    with pytest.raises(ImportFaults) as refused:
        service.check_scheme(text)
    assert refused.value.message == "方案有问题，没有保存。"
    assert not any("%(" in fault.remedy for fault in refused.value.faults)
    return [(fault.line, fault.column, fault.value, fault.remedy) for fault in refused.value.faults]
