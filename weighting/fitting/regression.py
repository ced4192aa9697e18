"""Linear, logistic and proportional odds regression with the design's own errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from weighting.base.arrays import Flags, Floats
from weighting.base.columns import by_name, numbers, row_index
from weighting.base.labels import Label, factorise
from weighting.base.printing import Printed
from weighting.comparing.tests import TestResult
from weighting.design.design import Design
from weighting.errors import WeightingError
from weighting.estimating.cells import domain_degrees, read_domain
from weighting.fitting.solve import Family, Fit, fitted
from weighting.fitting.terms import ModelMatrix, model_matrix
from weighting.replicates.weights import Replicates
from weighting.results.estimate import Interval
from weighting.results.intervals import t_quantile
from weighting.variance.influence import covariance


@dataclass(frozen=True, eq=False, repr=False)
class ModelEstimate(Printed):
    """Numbers that a model gives, with their covariance."""

    #: (k,)
    value: Floats
    labels: tuple[Label, ...]
    #: of the t intervals and tests
    degrees_of_freedom: float
    _covariance: Floats = field(repr=False)

    def columns(self) -> dict[str, Any]:
        """Label, estimate, standard error, t, p and 95 % interval."""
        low, high = self.interval()
        return {
            "label": list(self.labels),
            "estimate": self.value.tolist(),
            "standard_error": self.standard_error.tolist(),
            "t": self.t.tolist(),
            "p_value": self.p_value().tolist(),
            "low": low.tolist(),
            "high": high.tolist(),
        }

    def covariance(self) -> Floats:
        """(k, k) covariance."""
        return self._covariance

    @property
    def standard_error(self) -> Floats:
        """(k,) standard errors."""
        return np.asarray(np.sqrt(np.maximum(np.diagonal(self._covariance), 0.0)), np.float64)

    @property
    def t(self) -> Floats:
        """(k,) values over their standard errors."""
        error = self.standard_error
        return np.asarray(np.divide(self.value, error, out=np.full(len(error), np.nan), where=error > 0), np.float64)

    def p_value(self) -> Floats:
        """(k,) two-sided p values of the t tests against 0; nan without degrees of freedom."""
        df = self.degrees_of_freedom if self.degrees_of_freedom > 0 else np.nan
        return np.asarray(2 * special.stdtr(df, -np.abs(self.t)), np.float64)

    def interval(self, level: float = 0.95) -> Interval:
        """(k,) bounds of the t interval; nan without degrees of freedom.

        Args:
            level: confidence.
        """
        width = t_quantile(level, np.array(self.degrees_of_freedom)) * self.standard_error
        return Interval(self.value - width, self.value + width)


@dataclass(frozen=True, eq=False, repr=False)
class Regression(ModelEstimate):
    """A fitted model: its coefficients, and what can be asked of it."""

    family: Family
    #: rows used
    n: int
    #: PSUs less strata among the rows used; ``degrees_of_freedom`` is this + 1 - coefficients
    design_degrees_of_freedom: float
    _model: FittedModel = field(repr=False)

    def wald(self, terms: str | Sequence[str]) -> TestResult:
        """Wald's test that all coefficients of some terms are 0, as R's ``regTermTest``.

        Args:
            terms: names of terms, such as "role" or ["role", "role:sex"].

        Returns:
            TestResult, an F test; its statistic times the first degrees of freedom is chi-square.

        Raises:
            WeightingError: an unknown term, no degrees of freedom.

        Source: Koch, Freeman and Freeman (1975), International Statistical Review 43; Korn and Graubard (1990).
        """
        names = [terms] if isinstance(terms, str) else list(terms)
        place = np.concatenate([self._model.matrix.places(name) for name in names])
        if self.family == "proportional odds":
            place = place - 1
        value, spread = self.value[place], self._covariance[np.ix_(place, place)]
        df, below = float(len(place)), self.degrees_of_freedom
        if below <= 0 or np.linalg.matrix_rank(spread, hermitian=True) < len(place):
            raise WeightingError(f"the design has {below:g} degrees of freedom left, too few to test {names}.")
        statistic = float(value @ np.linalg.solve(spread, value)) / df
        return TestResult(statistic, (df, below), float(special.fdtrc(df, below, statistic)), "F")

    def marginal_means(self, name: str, values: Sequence[Label] | None = None) -> ModelEstimate:
        """Mean prediction if everybody had one value of a variable, all else as it is; R's ``svypredmeans``.

        Args:
            name: a variable of the model.
            values: the values to compare; a factor's levels if left out.

        Returns:
            Means on the scale of the answers. Model and sample are linearised together; R adds their two shares of the
            variance as if they were independent.

        Raises:
            WeightingError: a number without values, a proportional odds model.

        Source: Graubard and Korn (1999), Biometrics 55, 652-659, predictive margins.
        """
        self._refuse_levels("marginal means")
        variable = self._model.matrix.variables.get(name)
        if variable is None:
            raise WeightingError(f"{name!r} is no variable of this model: {', '.join(self._model.matrix.variables)}.")
        chosen = variable.levels if values is None else tuple(values)
        if not chosen:
            raise WeightingError(f"{name} is a number: say for which values the means are wanted.")
        matrices = [self._model.matrix.build({name: [value] * self._model.matrix.rows}) for value in chosen]
        value, spread = self._model.margins(matrices, self._link)
        return ModelEstimate(value, chosen, self.design_degrees_of_freedom, spread)

    def predict(self, data: Mapping[str, ArrayLike]) -> ModelEstimate:
        """Expected answers for given values of all variables.

        Args:
            data: {name: (m,) values}, or a DataFrame, of every variable.

        Returns:
            (m,) predictions on the scale of the answers, with delta-method errors.

        Raises:
            WeightingError: a variable is missing, a level is unknown, a proportional odds model.

        Source: Binder (1983), International Statistical Review 51.
        """
        self._refuse_levels("predictions")
        table = by_name(data)
        lacking = [name for name in self._model.matrix.variables if name not in table]
        if lacking:
            raise WeightingError(f"a prediction needs a value of {lacking[0]}.")
        rows = len(np.atleast_1d(np.asarray(next(iter(table.values())))))
        matrix = self._model.matrix.build(table, rows)
        line = matrix @ self.value
        slope = matrix * (np.ones_like(line) if self.family == "linear" else _bend(line))[:, None]
        spread = slope @ self._covariance @ slope.T
        return ModelEstimate(self._link(line), tuple(range(rows)), self.degrees_of_freedom, spread)

    def _link(self, line: Floats) -> Floats:
        return line if self.family == "linear" else np.asarray(special.expit(line), np.float64)

    def _refuse_levels(self, what: str) -> None:
        if self.family == "proportional odds":
            raise WeightingError(f"{what} are for linear and logistic models; here an answer is a level, not a number.")


def _bend(line: Floats) -> Floats:
    chance = special.expit(line)
    return np.asarray(chance * (1 - chance), np.float64)


@dataclass(frozen=True, eq=False)
class FittedModel:
    """What a fit was made of, so that more can be asked of it."""

    sample: Design | Replicates
    family: Family
    matrix: ModelMatrix
    columns: Floats
    y: Floats
    used: Flags
    fit: Fit

    def refit(self, weights: Floats) -> Floats:
        """Coefficients by other weights."""
        return fitted(self.family, self.columns, self.y, weights[self.used]).value

    def margins(self, matrices: list[Floats], link: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
        """(k,) mean predictions of changed rows, and their covariance."""
        parts = [matrix[self.used] for matrix in matrices]

        def means(weights: Floats, value: Floats) -> Floats:
            return np.array([weights @ link(part @ value) / weights.sum() for part in parts])

        if isinstance(self.sample, Replicates):
            estimate = self.sample.estimate(lambda weights: means(weights[self.used], self.refit(weights)))
            return estimate.value, estimate.covariance()
        weights = (self.sample.weights * self.sample.counts)[self.used]
        value = means(weights, self.fit.value)
        influence = np.zeros((len(self.used), len(parts)))
        for k, part in enumerate(parts):
            line = part @ self.fit.value
            slope = part if self.family == "linear" else part * _bend(line)[:, None]
            by_model = self.fit.influence @ (weights @ slope / weights.sum())
            influence[self.used, k] = (link(line) - value[k]) / weights.sum() + by_model
        return value, covariance(self.sample, influence)


def regression(
    design: Design | Replicates,
    y: ArrayLike,
    data: Mapping[str, ArrayLike],
    terms: str | Sequence[str] | None = None,
    *,
    family: Family = "linear",
    domain: ArrayLike | None = None,
) -> Regression:
    """Regression with design-based errors, as R's ``svyglm`` and ``svyolr``.

    Args:
        design: the sample of n rows, adjusted or not; or replicates, in each of which the model is fitted anew.
        y: (n,) answers: numbers; 0 and 1 or booleans for "logistic"; levels that sort for "proportional odds".
        data: {name: (n,) column}, or a DataFrame; labels form factors, whose first level is the base.
        terms: "role + sex", "role * sex" or a list of terms, "factor(name)" for numbers that are labels; all columns
            of ``data`` if left out.
        family: "linear", "logistic" (log odds) or "proportional odds" (cumulative logit).
        domain: (n,) booleans, the rows that are meant.

    Returns:
        Regression: coefficients in R's order and by R's names, with covariance, tests, margins and predictions.
        Rows that miss an answer or a term leave the model and stay in the design.

    Raises:
        WeightingError: columns that do not fit, terms that repeat each other, answers that terms separate.

    Source: Binder (1983), International Statistical Review 51, equation 4.2; McCullagh (1980), JRSS B 42.

    >>> office, minutes = list("aaabbb"), [10, 12, 9, 14, 20, 17]
    >>> model = regression(Design(weights=[1] * 6), minutes, {"office": office})
    >>> model.labels, model.value.round(3).tolist()
    (('(Intercept)', 'officeb'), [10.333, 6.667])
    >>> model.wald("office").degrees_of_freedom, model.marginal_means("office").value.round(3).tolist()
    ((1.0, 4.0), [10.333, 17.0])
    """
    if family not in get_args(Family):
        raise WeightingError(f"family is {family!r}: choose {', '.join(get_args(Family))}.")
    weights = design.weights if isinstance(design, Replicates) else design.weights * design.counts
    inside = _inside(design, domain, y, len(weights))
    answers, levels = _answers(y, family, len(weights))
    matrix, complete = model_matrix(data, terms, inside & (weights != 0) & ~np.isnan(answers))
    if not complete.any():
        raise WeightingError("no row has an answer and all terms.")
    if family == "proportional odds":
        answers, levels = _renumbered(answers, levels, complete)
    columns = matrix.build()[complete]
    fit = fitted(family, columns, answers[complete], weights[complete])
    model = FittedModel(design, family, matrix, columns, answers[complete], complete, fit)
    if isinstance(design, Replicates):
        spread, df = design.estimate(model.refit).covariance(), design.degrees_of_freedom
    else:
        influence = np.zeros((len(weights), len(fit.value)))
        influence[complete] = fit.influence
        spread = covariance(design, influence)
        df = domain_degrees(design, inside if design.adjustment is not None else complete)
    count = float(weights[complete].size if isinstance(design, Replicates) else design.counts[complete].sum())
    cuts = tuple(f"{levels[k]}|{levels[k + 1]}" for k in range(len(levels) - 1))
    labels = matrix.labels if family != "proportional odds" else (*matrix.labels[1:], *cuts)
    return Regression(fit.value, labels, df + 1 - len(labels), spread, family, int(count), df, model)


def _inside(design: Design | Replicates, domain: ArrayLike | None, y: ArrayLike, n: int) -> Flags:
    if isinstance(design, Design):
        design.check_order(y, "the answers")
        return read_domain(domain, design)
    if row_index(domain) is not None:
        domain = np.asarray(domain)
    inside = np.ones(n, np.bool_) if domain is None else np.asarray(domain)
    if inside.shape != (n,) or inside.dtype != np.bool_:
        raise WeightingError(f"domain must hold {n} booleans, one a row.")
    return inside


def _answers(y: ArrayLike, family: Family, n: int) -> tuple[Floats, tuple[Label, ...]]:
    """(n,) numbers, nan where missing, and the levels of an ordinal answer."""
    levels: tuple[Label, ...] = ()
    if family == "proportional odds":
        factor = factorise(y, "the answers", allow_missing=True)
        answers, levels = np.where(factor.codes < 0, np.nan, factor.codes), factor.labels
    else:
        answers = numbers(y, "the answers")
    if answers.shape != (n,):
        raise WeightingError(f"answers have shape {answers.shape}, and the design has {n} rows.")
    if family == "logistic" and not np.isin(answers[~np.isnan(answers)], (0, 1)).all():
        raise WeightingError("a logistic model takes answers 0 and 1, or booleans.")
    return np.asarray(answers, np.float64), levels


def _renumbered(answers: Floats, levels: tuple[Label, ...], used: Flags) -> tuple[Floats, tuple[Label, ...]]:
    """Levels from 0 on, without those that no row used has."""
    present = np.unique(answers[used]).astype(np.intp)
    if len(present) < 3:
        raise WeightingError("a proportional odds model needs at least three levels: with two, use logistic.")
    place: Any = np.full(len(levels), np.nan)
    place[present] = np.arange(len(present))
    known = ~np.isnan(answers)
    renumbered = np.full(len(answers), np.nan)
    renumbered[known] = place[answers[known].astype(np.intp)]
    return renumbered, tuple(levels[code] for code in present.tolist())
