"""Groups of raters (评议主体): those of the field, and an office's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select

from survey.base.errors import Refused
from survey.base.store.database import session
from survey.questions.service import Words
from survey.rounds.models import GroupRow

LONGEST_CODE = 64


@dataclass(frozen=True)
class Group:
    """A group of raters."""

    code: str
    name: Words
    #: what the group is called elsewhere: in forms, in files, in earlier data
    also: tuple[str, ...] = ()
    #: comes with the product
    shipped: bool = True


SHIPPED: Mapping[str, Group] = {
    group.code: group
    for group in (
        Group("residents", Words("居民", "Residents"), ("resident", "群众", "城乡居民")),
        Group("urban", Words("城镇居民", "Urban residents")),
        Group("rural", Words("农村居民", "Rural residents")),
        Group("enterprises", Words("企业", "Enterprises"), ("enterprise", "企业经营者", "企业代表")),
        Group("deputies", Words("人大代表", "People's congress deputies"), ("deputy", "人大代表或政协委员")),
        Group("cppcc", Words("政协委员", "CPPCC members")),
        Group("leaders", Words("领导", "Leaders"), ("领导评价",)),
        Group("peers", Words("同级单位", "Peer units"), ("平级单位", "机关互评")),
        Group("superiors", Words("上级部门", "Superior bodies"), ("上级对口部门",)),
        Group("grassroots", Words("基层单位和干部", "Grass-roots bodies"), ("cadre", "基层干部", "基层单位")),
        Group("clients_fixed", Words("固定服务对象", "Fixed service objects")),
        Group("clients", Words("非固定服务对象", "Non-fixed service objects"), ("服务对象", "办事群众")),
        Group("supervisors", Words("效能监督员", "Supervisors"), ("监督员",)),
        Group("complainants", Words("投诉人", "Complainants")),
    )
}


def groups() -> dict[str, Group]:
    """Every group by its code: shipped ones first, then the office's own."""
    own = session().scalars(select(GroupRow).order_by(GroupRow.code))
    return {**SHIPPED, **{row.code: Group(row.code, Words(row.name_zh, row.name_en), shipped=False) for row in own}}


def group_names() -> dict[str, Words]:
    """The name of every group by its code, and by what it is called elsewhere."""
    every = groups()
    other = {word: group.name for group in every.values() for word in (group.name.zh, *group.also)}
    return {**other, **{code: group.name for code, group in every.items()}}


def known_code(text: str, every: Mapping[str, Group] = SHIPPED) -> str:
    """The code of a group that is called so somewhere; the text itself where nobody knows it.

    >>> known_code("居民"), known_code("cadre"), known_code("peers"), known_code("龙舟队")
    ('residents', 'grassroots', 'peers', '龙舟队')
    """
    if text in every:
        return text
    return next((code for code, g in every.items() if text in (g.name.zh, g.name.en, *g.also)), text)


def add(code: str, name_zh: str, name_en: str = "") -> Group:
    """Keep a group of the office's own; the caller commits.

    Raises:
        Refused: the code or the name is taken, or empty.
    """
    code, name_zh, name_en = code.strip(), name_zh.strip(), name_en.strip()
    if not (0 < len(code) <= LONGEST_CODE and 0 < len(name_zh) <= LONGEST_CODE and len(name_en) <= LONGEST_CODE):
        raise Refused(gettext("A group of raters needs a code and a name of at most %(n)s characters.", n=LONGEST_CODE))
    every = groups()
    if known_code(code, every) in every or known_code(name_zh, every) in every:
        raise Refused(gettext("There is a group of raters called so already."), remedy=gettext("Choose another name."))
    session().add(GroupRow(code=code, name_zh=name_zh, name_en=name_en))
    session().flush()
    return Group(code, Words(name_zh, name_en), shipped=False)
