"""Who may do what: the roles, and the person behind a request as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survey.base.errors import NotFound


class Role(StrEnum):
    """The roles of the house; a person may hold several."""

    ADMIN = "admin"
    OFFICE = "office"
    STATISTICIAN = "statistician"
    INTERVIEWER = "interviewer"
    UNIT_MANAGER = "unit_manager"
    FOLLOW_UP = "follow_up"
    AUDITOR = "auditor"


#: roles that see every unit; the others see only the units assigned to them
SEES_ALL = frozenset({Role.ADMIN, Role.OFFICE, Role.STATISTICIAN, Role.AUDITOR})


@dataclass(frozen=True)
class Viewer:
    """The signed-in person as the rooms know them.

    >>> manager = Viewer(7, "wang", frozenset({Role.UNIT_MANAGER}), frozenset({12}))
    >>> manager.may_see(12), manager.may_see(13)
    (True, False)
    >>> Viewer(1, "admin", frozenset({Role.ADMIN}), frozenset()).may_see(13)
    True
    """

    user_id: int
    username: str
    roles: frozenset[Role]
    #: units assigned to the person; means nothing for roles that see all
    unit_ids: frozenset[int]

    @property
    def sees_all(self) -> bool:
        return bool(self.roles & SEES_ALL)

    def may_see(self, unit_id: int | None) -> bool:
        return self.sees_all or (unit_id is not None and unit_id in self.unit_ids)

    def require(self, unit_id: int | None, message: str) -> None:
        """Refuse as if it did not exist: a foreign number must not tell that the thing is there."""
        if not self.may_see(unit_id):
            raise NotFound(message)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles & set(roles))


#: the program itself, and the command line, which whoever holds the machine may use
SYSTEM = Viewer(0, "system", frozenset(Role), frozenset())
