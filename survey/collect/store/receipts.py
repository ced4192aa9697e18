"""Receipts: twelve characters by which a citizen finds the answer again. They name an answer, never a person.

The alphabet has 31 characters, none easily taken for another. The last character is chosen so that the weighted sum
of all is 0 modulo 31. As 31 is prime, one wrong character always changes the sum; as neighbouring weights differ,
so does an exchange of two neighbours.
"""

from __future__ import annotations

import hashlib
import hmac

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
GROUP = 4


def of_digest(digest: bytes) -> str:
    """The receipt that belongs to a secret digest of at least 8 bytes.

    >>> of_digest(bytes(32))
    '2222-2222-2222'
    """
    number = int.from_bytes(digest, "big")
    body = ""
    for _ in range(LENGTH - 1):
        number, place = divmod(number, len(ALPHABET))
        body += ALPHABET[place]
    return written(body + _check_character(body))


def normal(typed: str) -> str:
    """What a person typed, in the form in which receipts are kept; the characters may still be wrong.

    >>> normal(" k7mw 3pqr-2abc ")
    'K7MW3PQR2ABC'
    """
    return "".join(character for character in typed.upper() if character.isalnum())


def written(typed: str) -> str:
    """A receipt as the thank-you page writes it: four characters at a time.

    >>> written("k7mw3pqr2abc")
    'K7MW-3PQR-2ABC'
    """
    text = normal(typed)
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def is_well_formed(typed: str) -> bool:
    """Whether this can be a receipt at all: one wrong or two exchanged characters always show.

    >>> is_well_formed("2222-2222-2222"), is_well_formed("2222-2222-2223"), is_well_formed("")
    (True, False, False)
    """
    text = normal(typed)
    if len(text) != LENGTH or not set(text) <= set(ALPHABET):
        return False
    return _weighted_sum(text) == 0


def keyed_hash(receipt: str, key: str) -> str:
    """What the store keeps of a receipt."""
    return hmac.new(key.encode(), b"receipt kept:" + normal(receipt).encode(), hashlib.sha256).hexdigest()


def _weighted_sum(text: str) -> int:
    return sum(weight * ALPHABET.index(character) for weight, character in enumerate(text, 1)) % len(ALPHABET)


def _check_character(body: str) -> str:
    inverse = pow(LENGTH, -1, len(ALPHABET))
    return ALPHABET[-_weighted_sum(body) * inverse % len(ALPHABET)]
