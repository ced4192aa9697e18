"""Design-based survey statistics: NumPy arrays in, frozen results out. The manual is docs/weighting.md."""

# design, estimators, comparison
from weighting.adjusting.calibrate import Calibration, calibrate
from weighting.adjusting.chain import adjusted
from weighting.adjusting.diagnostics import (
    MarginCheck,
    WeightSummary,
    compare_margins,
    kish_design_effect,
    kish_effective_n,
    summarise_weights,
)
from weighting.adjusting.dispositions import Disposition, OutcomeRates, eligibility_rate, response_rates
from weighting.adjusting.nonresponse import NonresponseAdjustment, nonresponse_factors
from weighting.adjusting.poststratify import PostStratification, poststratify
from weighting.adjusting.propensity import propensity_cells, response_propensities
from weighting.adjusting.rake import Raking, rake
from weighting.adjusting.trim import Trimming, trim_weights
from weighting.base.labels import interaction
from weighting.comparing.composite import Composite, composite
from weighting.comparing.contrast import contrast, difference
from weighting.comparing.many import Pairs, adjust_p, all_pairs
from weighting.comparing.moments import correlation, covariance_matrix, cronbach_alpha
from weighting.comparing.ranks import RankSets, rank_sets
from weighting.comparing.rest import against_rest
from weighting.comparing.rounds import PanelRound, change
from weighting.comparing.standardise import standardise
from weighting.comparing.tables import rao_scott
from weighting.comparing.tests import TestResult, equal_means, rank_test, t_test
from weighting.design.design import Adjustment, Design
from weighting.design.tally import Tally
from weighting.drawing.numbers import PRN_METHOD, permanent_random_numbers, rotate_random_numbers
from weighting.drawing.pps import brewer_rows, joint_probabilities, sampford_rows
from weighting.drawing.rows import (
    inclusion_probabilities,
    poisson_rows,
    simple_random_rows,
    systematic_pps_rows,
    systematic_rows,
)
from weighting.drawing.stratified import StratifiedDraw, draw_stratified
from weighting.errors import WeightingError
from weighting.estimating.levels import LevelTable, levels
from weighting.estimating.means import mean, proportion, ratio, total
from weighting.estimating.quantiles import median, quantile
from weighting.fitting.areas import AreaEstimate, fay_herriot
from weighting.fitting.regression import ModelEstimate, Regression, regression
from weighting.planning.allocation import Allocation, allocate
from weighting.planning.budget import allocate_budget
from weighting.planning.power import detectable_difference, power_of_difference
from weighting.planning.precision import allocate_for_each_stratum, allocate_for_precision
from weighting.planning.several import allocate_for_several
from weighting.planning.sizes import SampleSize, margin_of_error, sample_size_for_difference, sample_size_for_margin
from weighting.planning.spread import StratumSpread, stratum_spread
from weighting.planning.stages import (
    TwoStagePlan,
    clustered_design_effect,
    invitations_for_assurance,
    two_stage_plan,
)
from weighting.replicates.methods import replicate_weights
from weighting.replicates.weights import ReplicateEstimate, Replicates, given_replicates
from weighting.results.estimate import Estimate, Interval
from weighting.results.publication import publication_classes
from weighting.table.table import SurveyTable, survey_table
from weighting.variance.influence import covariance
from weighting.variance.phases import SecondPhase, second_phase

__all__ = [
    "PRN_METHOD",
    "Adjustment",
    "Allocation",
    "AreaEstimate",
    "Calibration",
    "Composite",
    "Design",
    "Disposition",
    "Estimate",
    "Interval",
    "LevelTable",
    "MarginCheck",
    "ModelEstimate",
    "NonresponseAdjustment",
    "OutcomeRates",
    "Pairs",
    "PanelRound",
    "PostStratification",
    "Raking",
    "RankSets",
    "Regression",
    "ReplicateEstimate",
    "Replicates",
    "SampleSize",
    "SecondPhase",
    "StratifiedDraw",
    "StratumSpread",
    "SurveyTable",
    "Tally",
    "TestResult",
    "Trimming",
    "TwoStagePlan",
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
    "clustered_design_effect",
    "compare_margins",
    "composite",
    "contrast",
    "correlation",
    "covariance",
    "covariance_matrix",
    "cronbach_alpha",
    "detectable_difference",
    "difference",
    "draw_stratified",
    "eligibility_rate",
    "equal_means",
    "fay_herriot",
    "given_replicates",
    "inclusion_probabilities",
    "interaction",
    "invitations_for_assurance",
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
    "power_of_difference",
    "propensity_cells",
    "proportion",
    "publication_classes",
    "quantile",
    "rake",
    "rank_sets",
    "rank_test",
    "rao_scott",
    "ratio",
    "regression",
    "replicate_weights",
    "response_propensities",
    "response_rates",
    "rotate_random_numbers",
    "sampford_rows",
    "sample_size_for_difference",
    "sample_size_for_margin",
    "second_phase",
    "simple_random_rows",
    "standardise",
    "stratum_spread",
    "summarise_weights",
    "survey_table",
    "systematic_pps_rows",
    "systematic_rows",
    "t_test",
    "total",
    "trim_weights",
    "two_stage_plan",
]
