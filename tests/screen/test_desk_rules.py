"""The rules of the desk, state by state and character by character."""

from __future__ import annotations

import pytest

from survey.screen import rules


@pytest.mark.parametrize(
    ("state", "allowed"), [("counted", {"hold"}), ("held", {"release", "exclude"}), ("excluded", {"release"})]
)
def test_each_state_allows_its_own_deeds_and_no_other(state: str, allowed: set[str]) -> None:
    assert {deed for deed in ("hold", "release", "exclude", "delete", "") if rules.may(deed, state)} == allowed


@pytest.mark.parametrize(("deed", "state"), [("hold", "held"), ("release", "counted"), ("exclude", "excluded")])
def test_a_deed_leads_to_one_state(deed: str, state: str) -> None:
    assert rules.state_after(deed) == state


@pytest.mark.parametrize(("text", "is_enough"), [("四个字呀", False), ("五个字才够", True), ("  四个字呀  ", False)])
def test_a_reason_has_five_characters_without_the_blanks_around_it(text: str, is_enough: bool) -> None:
    assert rules.is_reason(text) is is_enough
