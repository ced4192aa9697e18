"""A mistyped receipt is recognised as such."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from survey.collect.store import receipts

digests = st.binary(min_size=16, max_size=32)


@given(digests)
def test_a_receipt_is_recognised_however_it_is_typed(digest: bytes):
    receipt = receipts.of_digest(digest)
    assert receipts.is_well_formed(receipt)
    assert receipts.is_well_formed(receipt.lower().replace("-", " "))
    assert receipts.written(receipts.normal(receipt)) == receipt


@given(digests, st.integers(0, receipts.LENGTH - 1), st.integers(1, 30))
def test_every_single_wrong_character_is_caught(digest: bytes, place: int, shift: int):
    text = receipts.normal(receipts.of_digest(digest))
    wrong = receipts.ALPHABET[(receipts.ALPHABET.index(text[place]) + shift) % len(receipts.ALPHABET)]
    assert not receipts.is_well_formed(text[:place] + wrong + text[place + 1 :])


@given(digests, st.integers(0, receipts.LENGTH - 2))
def test_every_exchange_of_neighbours_is_caught(digest: bytes, place: int):
    text = receipts.normal(receipts.of_digest(digest))
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or not receipts.is_well_formed(swapped)
