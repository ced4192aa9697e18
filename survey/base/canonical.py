"""One way to write a value as JSON and to hash it, so that equal values have equal hashes everywhere."""

from __future__ import annotations

import hashlib
import json
from typing import Any

#: made once: a frame has many lines
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Any) -> str:
    """JSON with one way to write it: sorted names, no spaces, characters as they are, no NaN.

    >>> canonical({"b": 1, "a": "层"})
    '{"a":"层","b":1}'
    """
    return _encoder.encode(value)


def sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
