"""What the package raises: one class, and messages that are sentences."""


class WeightingError(ValueError):
    """The data, the design or the request cannot give an honest answer.

    The message names the stratum, cell or value at fault and says what to do.

    >>> raise WeightingError("stratum C has one PSU")
    Traceback (most recent call last):
    ...
    weighting.errors.WeightingError: stratum C has one PSU
    """
