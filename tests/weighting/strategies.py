"""Small samples for property tests."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st


@dataclass(frozen=True)
class Sample:
    strata: np.ndarray
    psu: np.ndarray
    weights: np.ndarray
    y: np.ndarray
    domains: np.ndarray


@st.composite
def samples(draw, whole=True, even=False):
    """At least two PSUs in each stratum, answers on a scale or anywhere."""
    sizes = draw(st.lists(st.integers(2, 6), min_size=1, max_size=4))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    strata = np.repeat(np.arange(len(sizes)), np.array(sizes) * 3)
    psu = np.concatenate([np.repeat(np.arange(size), 3) for size in sizes])
    n = len(strata)
    weights = rng.uniform(1, 5, n)
    y = rng.integers(1, 6, n).astype(float) if whole else rng.normal(50, 10, n)
    if even:
        weights = rng.uniform(1, 5, len(sizes))[strata]
    return Sample(strata, psu, weights, y, rng.integers(0, 3, n))
