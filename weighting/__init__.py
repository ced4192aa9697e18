"""Design-based survey statistics: NumPy arrays in, frozen results out. The manual is docs/weighting.md."""

# design, estimators, comparison
from weighting.adjustment import adjusted
from weighting.allocation import Allocation, allocate
from weighting.allocation_budget import allocate_budget
from weighting.allocation_precision import (
    allocate_for_each_stratum,
    allocate_for_precision,
    allocate_for_several,
)
from weighting.allocation_spread import StratumSpread, stratum_spread
from weighting.calibrate import Calibration, calibrate
from weighting.comparison import contrast, difference
from weighting.comparison_many import Pairs, adjust_p, all_pairs
from weighting.comparison_rest import against_rest
from weighting.comparison_rounds import change
from weighting.comparison_tests import TestResult, rank_test, rao_scott, t_test
from weighting.composite import Composite, composite
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
from weighting.planning import SampleSize, margin_of_error, sample_size_for_difference, sample_size_for_margin
from weighting.poststratify import PostStratification, poststratify
from weighting.prn import PRN_METHOD, permanent_random_numbers, rotate_random_numbers
from weighting.quantiles import median, quantile
from weighting.rake import Raking, rake
from weighting.ranks import RankSets, rank_sets
from weighting.replicates import ReplicateEstimate, Replicates, given_replicates
from weighting.replicates_methods import replicate_weights
from weighting.results import Estimate, Interval
from weighting.selection import StratifiedDraw, draw_stratified
from weighting.selection_pps import brewer_rows, joint_probabilities, sampford_rows
from weighting.selection_rows import (
    inclusion_probabilities,
    poisson_rows,
    simple_random_rows,
    systematic_pps_rows,
    systematic_rows,
)
from weighting.table import SurveyTable, survey_table
from weighting.tally import Tally
from weighting.trim import Trimming, trim_weights
from weighting.variance import covariance

__all__ = [
    "PRN_METHOD",
    "Adjustment",
    "Allocation",
    "Calibration",
    "Composite",
    "Design",
    "Disposition",
    "Estimate",
    "Interval",
    "LevelTable",
    "MarginCheck",
    "NonresponseAdjustment",
    "OutcomeRates",
    "Pairs",
    "PostStratification",
    "Raking",
    "RankSets",
    "ReplicateEstimate",
    "Replicates",
    "SampleSize",
    "StratifiedDraw",
    "StratumSpread",
    "SurveyTable",
    "Tally",
    "TestResult",
    "Trimming",
    "WeightSummary",
    "WeightingError",
    "adjust_p",
    "adjusted",
    "against_rest",
    "all_pairs",
    "allocate",
    "allocate_budget",
    "allocate_for_each_stratum",
    "allocate_for_precision",
    "allocate_for_several",
    "brewer_rows",
    "calibrate",
    "change",
    "compare_margins",
    "composite",
    "contrast",
    "covariance",
    "difference",
    "draw_stratified",
    "eligibility_rate",
    "given_replicates",
    "inclusion_probabilities",
    "interaction",
    "joint_probabilities",
    "kish_design_effect",
    "kish_effective_n",
    "levels",
    "margin_of_error",
    "mean",
    "median",
    "nonresponse_factors",
    "permanent_random_numbers",
    "poisson_rows",
    "poststratify",
    "propensity_cells",
    "proportion",
    "quantile",
    "rake",
    "rank_sets",
    "rank_test",
    "rao_scott",
    "ratio",
    "replicate_weights",
    "response_propensities",
    "response_rates",
    "rotate_random_numbers",
    "sampford_rows",
    "sample_size_for_difference",
    "sample_size_for_margin",
    "simple_random_rows",
    "stratum_spread",
    "summarise_weights",
    "survey_table",
    "systematic_pps_rows",
    "systematic_rows",
    "t_test",
    "total",
    "trim_weights",
]
