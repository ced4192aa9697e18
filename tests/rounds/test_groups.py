"""Groups of raters: those of the field under all their names, and an office's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from survey.base.errors import Refused
from survey.base.people import audit
from survey.rounds import groups as raters
from survey.rounds import service

#: code -> what it is called, in Chinese and in English, and elsewhere
SHIPPED = {
    "residents": ("居民", "Residents", "resident 群众 城乡居民"),
    "urban": ("城镇居民", "Urban residents", ""),
    "rural": ("农村居民", "Rural residents", ""),
    "enterprises": ("企业", "Enterprises", "enterprise 企业经营者 企业代表"),
    "deputies": ("人大代表", "People's congress deputies", "deputy 人大代表或政协委员"),
    "cppcc": ("政协委员", "CPPCC members", ""),
    "leaders": ("领导", "Leaders", "领导评价"),
    "peers": ("同级单位", "Peer units", "平级单位 机关互评"),
    "superiors": ("上级部门", "Superior bodies", "上级对口部门"),
    "grassroots": ("基层单位和干部", "Grass-roots bodies", "cadre 基层干部 基层单位"),
    "clients_fixed": ("固定服务对象", "Fixed service objects", ""),
    "clients": ("非固定服务对象", "Non-fixed service objects", "服务对象 办事群众"),
    "supervisors": ("效能监督员", "Supervisors", "监督员"),
    "complainants": ("投诉人", "Complainants", ""),
}
TOO_LONG = "评议主体需要代码和名称，均不超过 64 个字符。"
TAKEN = "已有同名的评议主体。"


@pytest.fixture
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize("code", SHIPPED)
def test_a_group_of_the_field_is_known_by_all_its_names(code: str):
    group = raters.SHIPPED[code]
    zh, en, also = SHIPPED[code]
    assert (group.code, group.name.zh, group.name.en, " ".join(group.also), group.shipped) == (code, zh, en, also, True)
    assert {service.known_code(word) for word in (code, zh, en, *also.split())} == {code}


def test_no_two_groups_share_a_name():
    names = [word for code, (zh, en, also) in SHIPPED.items() for word in (code, zh, en, *also.split())]
    assert len(set(names)) == len(names)
    assert list(raters.SHIPPED) == list(SHIPPED)


@pytest.mark.parametrize("word", ["龙舟队", "", "Resident", "RESIDENTS", "居 民"])
def test_a_word_that_nobody_knows_stays_what_it_is(word: str):
    assert service.known_code(word) == word


def test_own_groups_come_after_the_shipped_ones_by_their_codes(app_on_each_database: Flask):
    with app_on_each_database.app_context():
        service.add_group("rowers", "划手", "Rowers")
        service.add_group("dragon", "龙舟队")
    with app_on_each_database.app_context():
        every = service.groups()
        assert list(every) == [*SHIPPED, "dragon", "rowers"]
        assert (every["rowers"].name.zh, every["rowers"].name.en, every["rowers"].also) == ("划手", "Rowers", ())
        assert (every["dragon"].name.en, every["dragon"].shipped, every["peers"].shipped) == ("", False, True)
        assert service.known_code("龙舟队", every) == "dragon"
        assert service.known_code("Rowers", every) == "rowers"
        assert service.known_code("龙舟队") == "龙舟队", "unless told which there are, only those of the field"


def test_names_are_found_by_code_and_by_what_a_group_is_called_elsewhere(inside):
    service.add_group("dragon", "龙舟队", "Crews")
    names = service.group_names()
    assert {names[word].zh for word in ("residents", "居民", "resident", "群众")} == {"居民"}
    assert {names[word].zh for word in ("grassroots", "cadre", "基层干部")} == {"基层单位和干部"}
    assert names["dragon"] is not None
    assert (names["dragon"].en, names["龙舟队"].en) == ("Crews", "Crews")
    assert len(names) == sum(2 + len(also.split()) for _zh, _en, also in SHIPPED.values()) + 2
    assert "Residents" not in names


def test_blanks_around_a_name_do_not_belong_to_it(inside):
    made = service.add_group("  dragon ", " 龙舟队\t", "  Crews ")
    assert (made.code, made.name.zh, made.name.en, made.also, made.shipped) == ("dragon", "龙舟队", "Crews", (), False)
    assert service.groups()["dragon"] == made


def test_an_own_group_is_written_down(inside):
    service.add_group("dragon", "龙舟队", "Crews")
    (entry,), _total = audit.entries()
    assert (entry.action, entry.subject, entry.detail) == ("group.added", "dragon", '{"name": "龙舟队"}')


@pytest.mark.parametrize(("code", "zh", "en"), [("c" * 64, "龙", ""), ("c", "龙" * 64, ""), ("c", "龙", "e" * 64)])
def test_codes_and_names_have_up_to_sixty_four_characters(app_on_each_database: Flask, code: str, zh: str, en: str):
    with app_on_each_database.app_context():
        made = service.add_group(code, zh, en)
        assert (made.code, made.name.zh, made.name.en) == (code, zh, en)
        with pytest.raises(Refused) as refused:
            service.add_group(f"{code}+", f"{zh}{'龙' * 64}" if len(zh) == 64 else f"{zh}舟", f"{en}e")
        assert refused.value.message == TOO_LONG
        assert list(service.groups()) == [*SHIPPED, code]


@pytest.mark.parametrize(
    ("code", "zh"), [("", "龙舟队"), ("  ", "龙舟队"), ("dragon", ""), ("dragon", " \t"), ("", "")]
)
def test_a_group_without_code_or_name_is_refused(inside, code: str, zh: str):
    with pytest.raises(Refused) as refused:
        service.add_group(code, zh)
    assert refused.value.message == TOO_LONG


@pytest.mark.parametrize(
    ("code", "zh"),
    [
        ("residents", "别的"),
        ("resident", "别的"),
        ("居民", "别的"),
        ("Residents", "别的"),
        ("other", "居民"),
        ("other", "群众"),
        ("other", "peers"),
        ("dragon", "别的"),
        ("龙舟队", "别的"),
        ("other", "龙舟队"),
        ("other", "dragon"),
        (" dragon ", "别的"),
    ],
)
def test_what_a_group_is_called_somewhere_is_taken(inside, code: str, zh: str):
    service.add_group("dragon", "龙舟队")
    with pytest.raises(Refused) as refused:
        service.add_group(code, zh)
    assert (refused.value.message, refused.value.remedy) == (TAKEN, "请换一个名称。")
    assert len(service.groups()) == len(SHIPPED) + 1
