"""A fair whose answers are judged: two bodies with counters, March and the year, forms on every scale."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from survey.base import clock
from survey.base.people.roles import Role, Viewer
from survey.base.settings import Settings
from survey.screen import service
from tests import two_people
from tests.client import Client
from tests.collect.conftest import TODAY, Fair, held_fair
from tests.conftest import SignIn

LI = Viewer(1, "li", frozenset({Role.OFFICE}), frozenset())
WANG = Viewer(2, "wang", frozenset({Role.STATISTICIAN}), frozenset())
REASON = "同一分钟内连续提交"

Enter = Callable[..., Client]


@pytest.fixture
def fair(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fair]:
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    yield from held_fair(settings)


@pytest.fixture
def enter(fair: Fair, sign_in: SignIn) -> Enter:
    """Opens a browser at the fair for somebody of a role."""

    def opened(role: Role = Role.OFFICE) -> Client:
        client = fair.app.test_client()
        sign_in(client, role)
        return client

    return opened


def excluded(key: str, reason: str = REASON) -> None:
    """Exclude an answer that counts, by two people."""
    two_people.hold([key], REASON, LI)
    service.propose(key, "exclude", reason, LI)
    service.decide(service.pending()[-1].id, confirm=True, viewer=WANG)
