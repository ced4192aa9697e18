"""Sixteen rows in two strata of four PSUs each, small enough to follow by hand, and their designs.

In R 4.2.2 with survey 4.1.1, where ``d`` holds these columns::

    ds <- svydesign(id=~psu, strata=~h, weights=~w, fpc=~N, data=d)      dn <- the same without fpc
"""

import numpy as np

from weighting import Design

H = np.repeat(["a", "b"], 8)
PSU = np.repeat(np.arange(1, 9), 2)
N = np.repeat([10, 20], 8)
W = np.array([2.5, 2.5, 3, 2, 2.5, 3.5, 1.5, 2.5, 5, 6, 4, 5, 5, 7, 3, 5])
Y = np.array([3, 4, 5, 2, 4, 4, 1, 5, 2, 3, 5, 4, 1, 2, 4, 3], float)
X = np.array([20, 31, 44, 25, 38, 40, 19, 52, 23, 30, 61, 47, 18, 22, 45, 33], float)
G = np.array(list("pqpqqpqppqpqqpqp"))
K = np.array(list("rstrstrstrstrstr"))
#: second-stage units in each PSU
M = np.repeat([4, 5, 3, 6, 4, 8, 5, 2], 2)


def finite(**options):
    """The design whose strata hold 10 and 20 PSUs."""
    return Design(H, PSU, W, {"a": 10, "b": 20}, **options)


def endless(**options):
    """The design without a finite population."""
    return Design(H, PSU, W, **options)
