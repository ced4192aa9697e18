"""The benches run, and what they promise holds in small."""

from bench import coverage, weighting, weighting_domains
from weighting import mean


def test_default_intervals_hold_the_truth_about_as_often_as_they_say():
    found = coverage.coverage(30, 150)
    assert 0.88 < found["mean, by default"] <= 1
    assert 0.90 < found["share, by default"] <= 1


def test_rank_sets_hold_the_true_ranks_at_least_as_often_as_they_say():
    assert min(coverage.rank_coverage(40).values()) >= 0.95


def test_the_survey_of_the_speed_bench_is_a_design(monkeypatch):
    monkeypatch.setattr(weighting, "ROWS", 100_000)
    survey = weighting.Survey()
    survey.floor()
    survey.means()
    survey.shares()
    assert mean(survey.design(), survey.answers).n == 100_000


def test_intervals_of_coefficients_hold_the_truth_about_as_often_as_they_say():
    assert min(coverage.regression_coverage(60).values()) > 0.88


def test_the_survey_of_the_domain_bench_is_adjusted_by_each_kind():
    survey = weighting_domains.AdjustedSurvey(rows=4000, domains=20)
    for kind, design in survey.designs().items():
        survey.floor(kind)
        found = mean(design, survey.answers, domains=survey.domains)
        assert found.value.shape == (20,)
        assert (found.standard_error > 0).all()
