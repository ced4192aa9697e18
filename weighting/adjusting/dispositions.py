"""Outcome rates of a survey from the final dispositions of its cases (AAPOR Standard Definitions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from weighting.base.printing import Printed
from weighting.errors import WeightingError

__all__ = ["Disposition", "OutcomeRates", "eligibility_rate", "response_rates"]


class Disposition(StrEnum):
    """Final outcome of a case, by the letters of AAPOR's formulas."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NON_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN_HOUSEHOLD = "UH"
    UNKNOWN_OTHER = "UO"
    NOT_ELIGIBLE = "NE"


#: The dispositions that say whether the case was eligible.
KNOWN = tuple(letter for letter in Disposition if letter not in ("UH", "UO"))

#: Number of cases, or sum of weights, by disposition or its letter.
Counts = Mapping[str, float] | Mapping[Disposition, float]


@dataclass(frozen=True, repr=False)
class OutcomeRates(Printed):
    """Response, cooperation, refusal and contact rates; a rate that has no denominator yet is None."""

    rr1: float | None
    rr2: float | None
    rr3: float | None
    rr4: float | None
    rr5: float | None
    rr6: float | None
    coop1: float | None
    coop2: float | None
    coop3: float | None
    coop4: float | None
    ref1: float | None
    ref2: float | None
    ref3: float | None
    con1: float | None
    con2: float | None
    con3: float | None
    #: Share of the cases of unknown eligibility that are taken to be eligible, and how it was found.
    e: float | None
    e_method: str


def response_rates(counts: Counts, *, e: float | str = "known cases") -> OutcomeRates:
    """AAPOR's RR1–RR6, COOP1–COOP4, REF1–REF3 and CON1–CON3.

    Args:
        counts: number (or sum of weights) of cases by :class:`Disposition` letter: I, P, R, NC, O, UH, UO,
            NE.
        e: share of the unknown cases that is eligible: a number in [0, 1], or "known cases" for the share
            among the cases whose eligibility is known (:func:`eligibility_rate`), or "all eligible" for 1.

    Returns:
        All sixteen rates, with e and the method that gave it.

    Raises:
        WeightingError: a letter AAPOR does not know, a negative count, an e outside [0, 1] or a method of
            another name.

    Source: AAPOR (2023), Standard Definitions, 10th edition, section "Outcome rates".

    >>> rates = response_rates({"I": 60, "P": 10, "R": 15, "NC": 10, "O": 5, "UH": 50, "UO": 0, "NE": 25})
    >>> rates.rr1, rates.rr2, round(rates.rr3, 4), rates.rr5, rates.e
    (0.4, 0.4666666666666667, 0.4286, 0.6, 0.8)
    """
    n = _checked(counts)
    share, method = _share_eligible(n, e)
    complete, answered = n["I"], n["I"] + n["P"]
    contacted = answered + n["R"] + n["O"]
    known, unknown = contacted + n["NC"], n["UH"] + n["UO"]
    everybody = known + unknown
    likely = 0.0 if share is None else known + share * unknown
    return OutcomeRates(
        rr1=_rate(complete, everybody),
        rr2=_rate(answered, everybody),
        rr3=_rate(complete, likely),
        rr4=_rate(answered, likely),
        rr5=_rate(complete, known),
        rr6=_rate(answered, known),
        coop1=_rate(complete, contacted),
        coop2=_rate(answered, contacted),
        coop3=_rate(complete, answered + n["R"]),
        coop4=_rate(answered, answered + n["R"]),
        ref1=_rate(n["R"], everybody),
        ref2=_rate(n["R"], likely),
        ref3=_rate(n["R"], known),
        con1=_rate(contacted, everybody),
        con2=_rate(contacted, likely),
        con3=_rate(contacted, known),
        e=share,
        e_method=method,
    )


def eligibility_rate(counts: Counts) -> float:
    """Share of eligible cases among those whose eligibility is known: AAPOR's proportional allocation
    ("CASRO") e.

    Args:
        counts: number of cases by :class:`Disposition` letter.

    Returns:
        e in [0, 1].

    Raises:
        WeightingError: no case has a known eligibility, a letter is unknown or a count is negative.

    Source: AAPOR (2009), Eligibility estimates, section "Proportional allocation (CASRO)".

    >>> eligibility_rate({"I": 60, "R": 20, "NE": 20, "UH": 99})
    0.8
    """
    n = _checked(counts)
    eligible = n["I"] + n["P"] + n["R"] + n["NC"] + n["O"]
    if eligible + n["NE"] == 0:
        raise WeightingError("No case has a known eligibility: give e as a number and say where it comes from.")
    return eligible / (eligible + n["NE"])


def _checked(counts: Counts) -> dict[str, float]:
    given = {str(letter): float(count) for letter, count in counts.items()}
    letters = [member.value for member in Disposition]
    for letter, count in given.items():
        if letter not in letters:
            raise WeightingError(f"Disposition {letter!r} is not one of {', '.join(letters)}: recode these cases.")
        if not 0 <= count < float("inf"):
            raise WeightingError(f"Disposition {letter} has the count {count}: give a number that is not negative.")
    return {letter: given.get(letter, 0.0) for letter in letters}


def _share_eligible(n: Mapping[str, float], e: float | str) -> tuple[float | None, str]:
    if not isinstance(e, str):
        if not 0 <= e <= 1:
            raise WeightingError(f"e = {e}: the share of eligible cases lies between 0 and 1.")
        return float(e), "given"
    if e == "all eligible":
        return 1.0, e
    if e != "known cases":
        raise WeightingError(f"e = {e!r}: give a number, 'known cases' or 'all eligible'.")
    if n["UH"] + n["UO"] == 0:
        return 1.0, "no unknown cases"
    if all(n[letter] == 0 for letter in KNOWN):
        return None, "no case of known eligibility"
    return eligibility_rate(n), e


def _rate(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
