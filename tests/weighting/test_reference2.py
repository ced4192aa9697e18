"""The second set of reference cases, worked out by R's survey package, against our public names."""

import pytest

from tests.weighting import reference_calls_c, reference_calls_d
from tests.weighting.reference_data import more_cases

CALLS = reference_calls_c.CALLS | reference_calls_d.CALLS


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in more_cases()])
def test_agrees_with_the_second_reference(case):
    CALLS[case["topic"]](case)
