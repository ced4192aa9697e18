"""Mistakes that survey software is known to make, each with the sample that shows it.

Mistakes of raking, calibration, trimming, allocation and replicates stand in the tests of those modules.
"""

import numpy as np
import pytest
from scipy import stats

import weighting
from tests.weighting.reference_data import columns
from weighting import Design


def apistrat():
    data = columns("apistrat.csv")
    return data, Design(data["stype"], weights=data["pw"], population=data["fpc"])


def test_population_size_is_not_taken_for_the_sampling_fraction():
    # > svymean(~api00, svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat))   9.4089
    data, design = apistrat()
    assert weighting.mean(design, data["api00"]).standard_error == pytest.approx(9.4089, abs=5e-5)
    with pytest.raises(weighting.WeightingError, match="fpc holds sampling fractions"):
        Design(data["stype"], weights=data["pw"], fpc=data["fpc"])


def test_domains_are_not_made_by_filtering_rows():
    # > svymean(~api00, subset(d, enroll > 500))    SE 11.18; on filtered rows it would be 11.31
    data, design = apistrat()
    large = data["enroll"] > 500
    found = weighting.mean(design, data["api00"], domains=large)
    assert found.standard_error[1] == pytest.approx(11.1799, abs=5e-5)
    filtered = Design(data["stype"][large], weights=data["pw"][large], population=data["fpc"][large])
    assert weighting.mean(filtered, data["api00"][large]).standard_error != pytest.approx(11.1799, abs=0.01)


def test_a_domain_has_its_own_degrees_of_freedom():
    data, design = apistrat()
    found = weighting.mean(design, data["api00"], domains=data["enroll"] > 500)
    assert found.degrees_of_freedom[1] == 110
    assert found.design_degrees_of_freedom == 197


def test_without_degrees_of_freedom_there_is_no_z_interval():
    design = Design(["a", "a", "b", "b"], weights=[1, 1, 1, 1])
    found = weighting.mean(design, [1.0, 2, 3, 4], domains=["x", "y", "x", "y"])
    assert found.degrees_of_freedom.tolist() == [0, 0]
    assert (found.standard_error > 0).all()
    assert np.isnan(found.interval()).all()


def test_small_samples_use_t():
    design = Design(weights=[1, 1, 1, 1])
    found = weighting.mean(design, [1.0, 2, 3, 4])
    low, high = found.interval()
    assert high - low == pytest.approx(2 * stats.t.ppf(0.975, 3) * found.standard_error)


def test_psu_labels_used_again_in_another_stratum_are_other_psus():
    strata = np.repeat(["a", "b"], 4)
    again, apart = np.tile([1, 1, 2, 2], 2), np.repeat([1, 2, 3, 4], 2)
    y = [1.0, 2, 4, 5, 2, 2, 7, 9]
    one = weighting.mean(Design(strata, again, np.ones(8)), y)
    two = weighting.mean(Design(strata, apart, np.ones(8)), y)
    assert one.standard_error == two.standard_error
    assert one.degrees_of_freedom == 2


def test_strata_without_a_row_in_the_domain_still_count_their_psus():
    # the domain has one PSU in stratum b: two of three PSUs there are zeros, not missing
    strata, domains = ["a"] * 3 + ["b"] * 3, ["x", "x", "y", "x", "y", "y"]
    found = weighting.mean(Design(strata, weights=np.ones(6)), [1.0, 3, 0, 8, 0, 0], domains=domains)
    scores = np.array([1 - 4, 3 - 4, 0, 8 - 4, 0, 0]) / 3
    spread = sum(1.5 * ((part - part.mean()) ** 2).sum() for part in (scores[:3], scores[3:]))
    assert found.standard_error[0] ** 2 == pytest.approx(spread)


def test_lonely_psus_are_centred_at_the_grand_mean_for_totals_too():
    # > options(survey.lonely.psu="adjust"); svytotal(~y, d)     2145.6 in survey 4.5; 4.1 centred at zero: 2464.5
    data = columns("lonely.csv")
    design = Design(data["stratum"], data["psu"], data["w"], lonely_psu="adjust")
    assert weighting.total(design, data["y"]).standard_error == pytest.approx(2145.6467, abs=5e-5)


def test_a_large_offset_does_not_eat_the_variance():
    data = columns("offset.csv")
    design = Design(data["h"], population=data["N"])
    plain, moved = (weighting.mean(design, data[name]).standard_error for name in ("r", "big"))
    assert moved == pytest.approx(plain, rel=1e-6)
    tiny = weighting.mean(design, data["tiny"])
    assert tiny.standard_error == pytest.approx(plain * 1e-12, rel=1e-9)


def test_shares_of_the_strata_themselves_are_known_exactly():
    data, design = apistrat()
    assert weighting.proportion(design, data["stype"]).standard_error.max() < 1e-12


def test_cannot_say_does_not_count_as_the_worst_level():
    points = {5: 100, 4: 80, 3: 60, 2: 30, 1: 0}
    table = weighting.levels(Design(weights=np.ones(4)), [5, 5, 0, 0], points=points)
    assert table.mean.value == 100
    assert table.satisfied.value == 1
    assert table.cannot_say.value == 0.5
