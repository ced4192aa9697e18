"""Every reference case, worked out by R's survey package, against our public names."""

import pytest

from tests.weighting import reference_calls_a
from tests.weighting.reference_data import cases

try:
    from tests.weighting import reference_calls_b

    B = reference_calls_b.CALLS
except ImportError:
    B = {}
CALLS = reference_calls_a.CALLS | B


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in cases()])
def test_agrees_with_the_reference(case):
    CALLS[case["topic"]](case)
