"""The array types of the package, named once."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: numbers: answers, weights, variances
Floats: TypeAlias = NDArray[np.float64]
#: positions and codes, which index other arrays
Ints: TypeAlias = NDArray[np.intp]
#: whole numbers of cases
Sizes: TypeAlias = NDArray[np.int64]
#: yes or no for each row or unit
Flags: TypeAlias = NDArray[np.bool_]
#: short texts, such as named problems
Texts: TypeAlias = NDArray[np.str_]
