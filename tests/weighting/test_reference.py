"""Every reference case, worked out by R's survey package, against our public names."""

import pytest

from tests.weighting import reference_calls_a, reference_calls_b
from tests.weighting.reference_data import cases

CALLS = reference_calls_a.CALLS | reference_calls_b.CALLS


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in cases()])
def test_agrees_with_the_reference(case):
    CALLS[case["topic"]](case)
