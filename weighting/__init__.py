"""Design-based survey statistics: NumPy arrays in, frozen results out. The manual is docs/weighting.md."""

# design, estimators, comparison
from weighting.adjustment import adjusted
from weighting.allocation import Allocation, allocate
from weighting.calibrate import Calibration, calibrate
from weighting.design import Adjustment, Design
from weighting.design_labels import interaction
from weighting.diagnostics import (
    MarginCheck,
    WeightSummary,
    compare_margins,
    kish_design_effect,
    kish_effective_n,
    summarise_weights,
)
from weighting.dispositions import Disposition, OutcomeRates, eligibility_rate, response_rates
from weighting.errors import WeightingError
from weighting.levels import LevelTable, levels
from weighting.means import mean, proportion, ratio, total
from weighting.nonresponse import NonresponseAdjustment, nonresponse_factors
from weighting.nonresponse_propensity import propensity_cells, response_propensities
from weighting.poststratify import PostStratification, poststratify
from weighting.prn import PRN_METHOD, permanent_random_numbers, rotate_random_numbers
from weighting.rake import Raking, rake
from weighting.ranks import RankSets, rank_sets
from weighting.replicates import ReplicateEstimate, Replicates, given_replicates
from weighting.replicates_methods import replicate_weights
from weighting.results import Estimate, Interval
from weighting.selection import StratifiedDraw, draw_stratified
from weighting.tally import Tally
from weighting.trim import trim_weights
from weighting.variance import covariance

__all__ = [
    "PRN_METHOD",
    "Adjustment",
    "Allocation",
    "Calibration",
    "Design",
    "Disposition",
    "Estimate",
    "Interval",
    "LevelTable",
    "MarginCheck",
    "NonresponseAdjustment",
    "OutcomeRates",
    "PostStratification",
    "Raking",
    "RankSets",
    "ReplicateEstimate",
    "Replicates",
    "StratifiedDraw",
    "Tally",
    "WeightSummary",
    "WeightingError",
    "adjusted",
    "allocate",
    "calibrate",
    "compare_margins",
    "covariance",
    "draw_stratified",
    "eligibility_rate",
    "given_replicates",
    "interaction",
    "kish_design_effect",
    "kish_effective_n",
    "levels",
    "mean",
    "nonresponse_factors",
    "permanent_random_numbers",
    "poststratify",
    "propensity_cells",
    "proportion",
    "rake",
    "rank_sets",
    "ratio",
    "replicate_weights",
    "response_propensities",
    "response_rates",
    "rotate_random_numbers",
    "summarise_weights",
    "total",
    "trim_weights",
]
