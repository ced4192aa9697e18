"""Design-based survey statistics: NumPy arrays in, frozen results out. The manual is docs/weighting.md."""

# design, estimators, comparison
from weighting.design import Adjustment, Design
from weighting.design_labels import interaction
from weighting.errors import WeightingError
from weighting.means import mean, proportion, ratio, total
from weighting.results import Estimate, Interval
from weighting.variance import covariance

__all__ = [
    "Adjustment",
    "Design",
    "Estimate",
    "Interval",
    "WeightingError",
    "covariance",
    "interaction",
    "mean",
    "proportion",
    "ratio",
    "total",
]
