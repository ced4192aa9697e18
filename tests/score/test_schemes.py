"""Schemes: sound ones are stored once and for all, others get one sentence for every fault."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from survey.base.errors import ImportFaults, Refused
from survey.base.settings import ROOT
from survey.score import service
from survey.score.scheme.extras import ExtraEntry
from tests.score.judging import Judging

HEAD = "id: test\nversion: 1\ntitle: 试行方案\ntotal: 100\n"
LEAF = '{{id: {id}, title: 项目{id}, {how}, source: "external:{id}", out_of: 100}}'


def written(*components: str, codes: str = '["*"]', tail: str = "") -> str:
    """A scheme with one class of these components."""
    lines = "\n".join(f"      - {component}" for component in components)
    return f"{HEAD}classes:\n  - codes: {codes}\n    components:\n{lines}\n{tail}"


def leaf(name: str, how: str) -> str:
    return LEAF.format(id=name, how=how)


def faults(text: str) -> dict[str, str]:
    """Path -> sentence of each fault."""
    with force_locale("en"), pytest.raises(ImportFaults) as refused:
        service.check_scheme(text)
    return {fault.column: fault.remedy for fault in refused.value.faults}


def test_shares_of_105_per_cent_are_refused(app: Flask) -> None:
    with app.app_context():
        shares = [leaf("a", "share: 5"), *(leaf(name, "share: 25") for name in "bcde")]
        assert faults(written(*shares)) == {"classes[0].components": "These add up to 105%; they must add up to 100%."}


def test_points_that_do_not_reach_the_total_are_refused(app: Flask) -> None:
    with app.app_context():
        found = faults(written(leaf("a", "points: 50"), leaf("b", "points: 40")))
        assert found == {"classes[0].components": "These add up to 90; they must add up to 100."}


@pytest.mark.parametrize("share", ["35-40", "35–40 %", "35~40", "35 至 40", "[35, 40]"])
def test_a_share_given_as_a_range_is_refused(app: Flask, share: str) -> None:
    with app.app_context():
        found = faults(written(leaf("a", f"share: {share}"), leaf("b", "share: 60")))
        assert found.keys() == {"classes[0].components[0].share"}
        assert "range" in found["classes[0].components[0].share"]


def test_points_and_shares_at_once_are_refused_because_only_68_could_be_reached(app: Flask) -> None:
    with app.app_context():
        found = faults(written(leaf("a", "points: 80, share: 80"), leaf("b", "points: 20, share: 20")))
        assert found.keys() == {"classes[0].components[0]", "classes[0].components[1]"}
        assert "at most 68 of 100" in found["classes[0].components[0]"]


@pytest.mark.parametrize(
    ("grades", "path", "words"),
    [
        (
            "- {title: 优, from: 85}\n- {title: 良, from: 75, below: 88}\n- {title: 差, from: 0}",
            "grades[1].below",
            "both",
        ),
        (
            "- {title: 优, from: 85}\n- {title: 良, from: 75, below: 80}\n- {title: 差, from: 0}",
            "grades[1].below",
            "gap",
        ),
        ("- {title: 优, from: 85}\n- {title: 良, from: 85}\n- {title: 差, from: 0}", "grades[1].from", "same number"),
        ("- {title: 优, from: 85}\n- {title: 良, from: 60}", "grades[1].from", "lowest begin at 0"),
        ("- {title: 优, from: 85-100}\n- {title: 差, from: 0}", "grades[0].from", "range"),
    ],
)
def test_grades_with_a_gap_or_an_overlap_are_refused(app: Flask, grades: str, path: str, words: str) -> None:
    with app.app_context():
        found = faults(written(leaf("a", "share: 100"), tail=f"grades:\n{grades}"))
        assert found.keys() == {path}
        assert words in found[path]


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        (
            written("{id: a, title: 项目, share: 100, source: polls}"),
            "classes[0].components[0].source",
            "Unknown source",
        ),
        (
            written("{id: a, title: 项目, share: 100, source: poll, out_of: 5}"),
            "classes[0].components[0].out_of",
            "out of 100",
        ),
        (
            written('{id: a, title: 项目, share: 100, source: "external:a"}'),
            "classes[0].components[0].out_of",
            "number",
        ),
        (
            written("{id: a, title: 项目, share: 100, source: poll, weigth: 3}"),
            "classes[0].components[0].weigth",
            "not known",
        ),
        (written(leaf("a", "share: 50"), leaf("a", "share: 50")), "classes[0].components[1].id", "id of its own"),
        (written(leaf("a", "share: 50"), leaf("b", "points: 50")), "classes[0].components", "all in shares"),
        (HEAD + 'classes:\n  - codes: ["1"]\n', "classes[0].components", "no components"),
        (written(leaf("a", "share: 100"), codes='["1", "1"]'), "classes[0].codes", "already"),
        (written(leaf("a", "share: 100"), tail="points: 60/80/100/30/0"), "points", "better level"),
        (written(leaf("a", "share: 100"), tail="ties: [b]"), "ties", "No component"),
        (written(leaf("a", "share: 100"), tail="id: again"), "id", "twice"),
    ],
)
def test_each_fault_has_its_path_and_a_sentence(app: Flask, text: str, path: str, words: str) -> None:
    with app.app_context():
        found = faults(text)
        assert found.keys() == {path}
        assert words in found[path]


def test_all_faults_are_listed_at_once_in_the_order_of_the_text(app: Flask) -> None:
    with app.app_context(), pytest.raises(ImportFaults) as refused:
        service.check_scheme(written(leaf("a", "share: 35-40"), leaf("b", "share: x"), tail="floor: perhaps"))
    assert [fault.line for fault in refused.value.faults] == [8, 9, 10]


@pytest.mark.parametrize("text", ["", "- 1", "a: [", "a: &x [1]\nb: *x", "x" * 300_000, "a: 2020-13-45"])
def test_what_is_no_scheme_is_refused_with_a_sentence(app: Flask, text: str) -> None:
    with app.app_context(), pytest.raises(ImportFaults):
        service.check_scheme(text)


@pytest.mark.parametrize("code", ["anhui-2012", "taizhou-2013", "bailian", "hami"])
def test_shipped_schemes_are_sound(app: Flask, code: str) -> None:
    with app.app_context():
        scheme = service.newest_scheme(code)
        assert scheme.code == code
        for rules in scheme.classes:
            assert sum(component.full for component in rules.components) == pytest.approx(scheme.total)


def test_the_example_of_the_manual_is_sound(app: Flask) -> None:
    manual = (ROOT / "docs" / "schemes.md").read_text(encoding="utf-8")
    with app.app_context():
        scheme = service.check_scheme(manual.split("```yaml\n")[1].split("```")[0])
    assert [leaf.code for leaf in scheme.classes[0].leaves()] == ["indicators", "leaders", "citizens"]


def test_the_manual_shows_what_leaves_select(app: Flask) -> None:
    manual = (ROOT / "docs" / "schemes.md").read_text(encoding="utf-8")
    with app.app_context():
        scheme = service.check_scheme(manual.split("```yaml\n")[2].split("```")[0])
    selectors = {leaf.code: leaf.selector for leaf in scheme.survey_leaves()}
    deputies, residents, enterprises, counters = (selectors[code] for code in selectors)
    assert deputies is not None
    assert (deputies.groups, deputies.collections) == (("deputies", "cppcc"), ("2026 年终代表评议",))
    assert residents is not None
    assert dict(residents.shares) == {"2026-07": 40, "2026-12": 60}
    assert enterprises is not None
    assert enterprises.channels == (11, 12)
    assert counters is not None
    assert counters.form == "W1"
    assert [leaf.points_table for leaf in scheme.survey_leaves()][-1] == "100/70/30"


def test_a_stored_version_never_changes(app: Flask) -> None:
    text = written(leaf("a", "share: 100"))
    with app.app_context():
        first = service.add_scheme(text)
        assert service.add_scheme(text) == first
        with pytest.raises(Refused):
            service.add_scheme(text.replace("试行", "正式"))
        assert service.add_scheme(text.replace("试行", "正式").replace("version: 1", "version: 2")) != first
        assert service.newest_scheme("test").version == 2


def test_values_from_elsewhere_are_taken_whole_or_not_at_all(app: Flask) -> None:
    with app.app_context():
        judging = Judging([("101", "1"), ("401", "4")])
        round_id = judging.round.id
        table = "单位编号,core,服务地方经济发展\n101,301,\n401,3,580\n999,1,\n101,九十,\n"
        with pytest.raises(ImportFaults) as refused:
            service.import_values(round_id, "anhui-2012", table.encode("gb18030"))
        assert [(fault.line, fault.column) for fault in refused.value.faults] == [
            (2, "core"), (3, "core"), (4, "unit"), (5, "unit"),
        ]  # fmt: skip
        assert service.given(round_id, "anhui-2012").values == {}
        good = "单位编号,core,服务地方经济发展\n101,299.5,\n401,,580\n".encode()
        assert len(service.import_values(round_id, "anhui-2012", good, dry_run=True).new) == 2
        assert service.given(round_id, "anhui-2012").values == {}
        service.import_values(round_id, "anhui-2012", good)
        assert sorted(service.given(round_id, "anhui-2012").values.values()) == [299.5, 580.0]


def test_a_bonus_needs_a_known_item_points_and_a_reason(app: Flask) -> None:
    with app.app_context():
        round_id = Judging().round.id
        table = "单位编号,项目,分值,理由\n101,表彰加分,5,\n101,通报表扬,-2,好\n"
        with pytest.raises(ImportFaults) as refused:
            service.import_extras(round_id, "anhui-2012", table.encode())
        assert [(fault.line, fault.column) for fault in refused.value.faults] == [
            (2, "reason"), (3, "item"), (3, "points"),
        ]  # fmt: skip
        service.import_extras(round_id, "anhui-2012", "单位编号,项目,分值,理由\n101,表彰加分,5,全国先进\n".encode())
        [entries] = service.given(round_id, "anhui-2012").extras.values()
        assert entries["commended"] == [ExtraEntry(5.0, "全国先进")]
