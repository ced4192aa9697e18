"""One sentence for each fault of a scheme, with its line, its path and its value."""

from __future__ import annotations

import pytest
from flask_babel import force_locale

from survey.base.errors import ImportFaults
from survey.score import service
from tests.score.schemes_written import FIRST, HEAD, external, faults_in, leaf, scheme_of

pytestmark = pytest.mark.usefixtures("still_app")

FOUND = "classes[0].components"
AT = f"{FOUND}[0]"
CAP = "请写明最多计多少分（cap），或每次（each）、每个级别（levels）各计多少分。"
NUMBER, WORDS = "这里应是一个数。", "请写中文名称（zh），有条件的加英文（en）。"
LIST = "这里应是列表，每行一项，以短横线开头。"
RANGE = "这里写的是一个区间。请在评议开始前定下一个确定的数。"
EITHER = "一个指标要么有下级指标，要么有自己的数据来源，不能兼有或都没有。"
OWN_ID = "同一类别内每个指标都要有自己的 id,不能重复。"
EXTRA_ID = "每项加分、扣分都要有自己的 id,不能重复。"
NAME = "方案标识用 2 至 40 个字母、数字或连字符。"
POINTS = "请从高到低给出 5 到 1 级的分值，例如 100/80/60/30/0，介于 100 和 0 之间；较好的等级不得低于较差的等级。"
LONG = "最多 64 个字符。"
KNOWN = "这里没有这一项，可用的有："
EXTRA_KEYS = f"{KNOWN}id, title, cap, each, per, levels, highest, clears, classes, component。"


@pytest.mark.parametrize(
    ("line", "old", "new", "value", "sentence"),
    [
        (1, "id: test", "id: a", "a", NAME),
        (1, "id: test", f"id: {'x' * 41}", "x" * 41, NAME),
        (1, "id: test", "id: a b", "a b", NAME),
        (1, "id: test", "id: a/b", "a/b", NAME),
        (1, "id: test", "id: 方案", "方案", NAME),
        (1, "id: test", "id: ''", "", NAME),
        (1, "id: test", "id: 'a?'", "a?", NAME),
        (2, "version: 1", "version: 0", "0", "请写 1 至 100000 之间的整数。"),
        (2, "version: 1", "version: 100001", "100001", "请写 1 至 100000 之间的整数。"),
        (2, "version: 1", "version: 1.5", "1.5", "请写 1 至 100000 之间的整数。"),
        (2, "version: 1", "version: true", "True", "请写 1 至 100000 之间的整数。"),
        (3, "title: 试行方案", "title: '  '", "  ", WORDS),
        (3, "title: 试行方案", "title: {en: only}", "", WORDS),
        (3, "title: 试行方案", "title: {zh: ' ', en: only}", "", WORDS),
        (3, "title: 试行方案", "title: 5", "5", WORDS),
        (4, "total: 100", "total: 0", "0", "数值必须 ≥ 0.01。"),
        (4, "total: 100", "total: -100", "-100", "数值必须 ≥ 0.01。"),
        (4, "total: 100", "total: many", "many", NUMBER),
        (4, "total: 100", "total: true", "True", NUMBER),
        (4, "total: 100", "total: 100-120", "100-120", RANGE),
    ],
)
def test_the_head_of_a_scheme_is_checked(line: int, old: str, new: str, value: str, sentence: str) -> None:
    path = new.partition(":")[0]
    assert faults_in(scheme_of(leaf(), head=HEAD.replace(old, new))) == [(line, path, value, sentence)]


@pytest.mark.parametrize(("key", "sentence"), [("id", NAME), ("version", "请写 1 至 100000 之间的整数。"),
                                               ("title", WORDS), ("total", NUMBER)])  # fmt: skip
def test_what_is_missing_from_the_head_is_named(key: str, sentence: str) -> None:
    head = "".join(f"{line}\n" for line in HEAD.splitlines() if not line.startswith(key))
    assert faults_in(scheme_of(leaf(), head=head)) == [(0, key, "", sentence)]  # of the file as a whole


@pytest.mark.parametrize(
    ("tail", "path", "value", "sentence"),
    [
        ("floor: perhaps", "floor", "perhaps", "请从下列各项中选择：no_score, redistribute。"),
        ("floor: null", "floor", "", "请从下列各项中选择：no_score, redistribute。"),
        ("decimals: 7", "decimals", "7", "请写 0 至 6 之间的整数。"),
        ("decimals: -1", "decimals", "-1", "请写 0 至 6 之间的整数。"),
        ("decimals: 2.0", "decimals", "2.0", "请写 0 至 6 之间的整数。"),
        ("bonus_cap: -1", "bonus_cap", "-1", "数值必须 ≥ 0。"),
        ("bonus_cap: 5-10", "bonus_cap", "5-10", RANGE),
        ("ties: work", "ties", "work", LIST),
        ("ties: [b]", "ties", "b", "一级指标中没有这个 id；请写一级指标的 id,或写 shared（并列）。"),
        ("sources: 办法", "sources", "办法", LIST),
        ("assumptions: 一条", "assumptions", "一条", LIST),
        ("assumptions: [一, {en: x}]", "assumptions[1]", "", WORDS),
        ("points: 100/80/60/30", "points", "100/80/60/30", POINTS),
        ("points: 100/80/90/30/0", "points", "100/80/90/30/0", POINTS),
        ("points: 101/80/60/30/0", "points", "101/80/60/30/0", POINTS),
        ("points: 100/80/60/30/-1", "points", "100/80/60/30/-1", POINTS),
        ("points: [100, 80, x, 30, 0]", "points", "[100, 80, 'x', 30, 0]", POINTS),
        ("points: [100, 80, [1], 30, 0]", "points", "[100, 80, [1], 30, 0]", POINTS),
        ("points: {5: 100, 4: 80, 3: 60, 2: 30}", "points", "", POINTS),
        ("points: {5: 100, 4: x, 3: 60, 2: 30, 1: 0}", "points", "", POINTS),
        ("points: true", "points", "True", POINTS),
        ("bonus: 5", "bonus", "5", LIST),
        ("bonus: [5]", "bonus[0]", "5", "这里应写 id、title（名称）和 cap（上限）。"),
        ("deductions: [{title: 甲, cap: 3}]", "deductions[0].id", "", EXTRA_ID),
        ("bonus: [{id: x, cap: 3}]", "bonus[0].title", "", WORDS),
        ("bonus: [{id: x, title: 甲}]", "bonus[0].cap", "", CAP),
        ("bonus: [{id: x, title: 甲, cap: -1}]", "bonus[0].cap", "-1", "数值必须 ≥ 0。"),
        ("bonus: [{id: x, title: 甲, cap: 1, max: 2}]", "bonus[0].max", "", EXTRA_KEYS),
        (f"bonus: [{{id: {'x' * 65}, title: 甲, cap: 1}}]", "bonus[0].id", "x" * 65, LONG),
        ("grades: 优", "grades", "优", LIST),
        ("grades: [{title: 优}]", "grades[0].from", "", NUMBER),
        ("grades: [{from: 0}]", "grades[0].title", "", WORDS),
        ("grades: [{title: 优, from: 0, upto: 5}]", "grades[0].upto", "", f"{KNOWN}title, from, below, quota, most。"),
        ("grades: [{title: 优, from: 0, below: x}]", "grades[0].below", "x", NUMBER),
        ("grades: [{title: 优, from: 1}]", "grades[0].from", "1", "1 分以下没有等次，最低一等应从 0 分起。"),
        ("title: 又一个", "title", "", "这一项写了两次，请只留一个。"),
    ],
)  # fmt: skip
def test_what_follows_the_classes_is_checked(tail: str, path: str, value: str, sentence: str) -> None:
    assert faults_in(scheme_of(leaf(), tail=tail)) == [(FIRST + 1, path, value, sentence)]


def test_a_grade_that_is_only_a_word_is_not_passed_over() -> None:
    found = faults_in(scheme_of(leaf(), tail="grades: [优, {title: 差, from: 0}]"))
    assert [(path, sentence) for _, path, _, sentence in found] == [
        ("grades[0].title", WORDS),
        ("grades[0].from", NUMBER),
    ]


def test_a_bonus_and_a_deduction_may_not_share_an_id() -> None:
    tail = "bonus: [{id: x, title: 甲, cap: 3}]\ndeductions: [{id: x, title: 乙, cap: 3}]"
    assert faults_in(scheme_of(leaf(), tail=tail)) == [(FIRST + 2, "deductions[0].id", "x", EXTRA_ID)]


@pytest.mark.parametrize(
    ("below", "words"),
    [
        ("below: 88", "85 至 88 分既属“良”又属“优”，等次重叠；请让一个等次的起点等于另一个的终点。"),
        ("below: 85.5", "85 至 85.5 分既属“良”又属“优”，等次重叠；请让一个等次的起点等于另一个的终点。"),
        ("below: 80", "80 至 85 分既不属“良”也不属“优”，等次之间有空档，请补上。"),
        ("below: 84.99", "84.99 至 85 分既不属“良”也不属“优”，等次之间有空档，请补上。"),
    ],
)
def test_grades_that_overlap_or_gape_are_named_with_their_numbers(below: str, words: str) -> None:
    grades = f"grades: [{{title: 差, from: 0}}, {{title: 良, from: 75, {below}}}, {{title: 优, from: 85}}]"
    value = below.removeprefix("below: ")
    assert faults_in(scheme_of(leaf(), tail=grades)) == [(FIRST + 1, "grades[1].below", value, words)]


def test_two_grades_may_not_begin_at_the_same_number() -> None:
    grades = "grades: [{title: 优, from: 85}, {title: 良, from: 85, below: 85}, {title: 差, from: 0}]"
    words = "“良”与“优”的起点分数相同。"
    assert faults_in(scheme_of(leaf(), tail=grades)) == [(FIRST + 1, "grades[1].from", "85", words)]


def test_steps_are_only_compared_where_every_grade_has_its_number() -> None:
    grades = "grades: [{title: 优, from: x}, {title: 良, from: 75, below: 80}]"
    assert faults_in(scheme_of(leaf(), tail=grades)) == [(FIRST + 1, "grades[0].from", "x", NUMBER)]


@pytest.mark.parametrize(
    ("component", "path", "value", "sentence"),
    [
        ("title: 甲, share: 100, source: poll", f"{AT}.id", "", OWN_ID),
        ("id: a, share: 100, source: poll", f"{AT}.title", "", WORDS),
        ("id: a, title: {zh: 甲, fr: A}, share: 100, source: poll", f"{AT}.title.fr", "", f"{KNOWN}zh, en。"),
        (leaf(marks="share: many"), f"{AT}.share", "many", NUMBER),
        (leaf(marks="share: [30, 40]"), f"{AT}.share", "[30, 40]", RANGE),
        (leaf(marks="share: 35 至 40"), f"{AT}.share", "35 至 40", RANGE),
        (leaf(marks="points: 90～100"), f"{AT}.points", "90～100", RANGE),
        (leaf(source="source: polls"), f"{AT}.source", "polls", "没有这种数据来源，可用的有：counter, poll, panel, "
         "online, open, import, complaint, external:CODE, sheet, full, composite。"),
        (leaf(source='source: "external:"'), f"{AT}.source", "external:", "没有这种数据来源，可用的有：counter, poll, "
         "panel, online, open, import, complaint, external:CODE, sheet, full, composite。"),
        (leaf(source="source: composite"), f"{AT}.source", "composite", EITHER),
        (leaf(more="parts: [{id: b, title: 乙, share: 100, source: panel}]"), f"{AT}.source", "poll", EITHER),
        (leaf(more="parts: 5"), f"{AT}.parts", "5", LIST),
        (leaf(more="out_of: 100"), f"{AT}.out_of", "100", "只有外部数据才写 out_of；指数的上限固定为 100。"),
        (external(out_of="0"), f"{AT}.out_of", "0", "数值必须 ≥ 0.01。"),
        (external(out_of="some"), f"{AT}.out_of", "some", NUMBER),
        (external("x" * 65), f"{AT}.source", f"external:{'x' * 65}"[9:], LONG),
        (leaf(more="assumption: {en: x}"), f"{AT}.assumption", "", WORDS),
        (leaf(more="weight: 3"), f"{AT}.weight", "", f"{KNOWN}id, title, share, points, source, out_of, "
         "question, category, assumption, parts, value, convert, minimum, losses, divided_by, scheme, round, group, "
         "wave, channel, form, points_table。"),
    ],
)  # fmt: skip
def test_a_component_is_checked(component: str, path: str, value: str, sentence: str) -> None:
    assert faults_in(scheme_of(component)) == [(FIRST, path, value, sentence)]


@pytest.mark.parametrize(("share", "limit"), [("101", "≤ 100"), ("-1", "≥ 0")])
def test_a_share_beyond_its_limits_is_refused_with_the_sum_that_it_breaks(share: str, limit: str) -> None:
    assert [(path, words) for _, path, _, words in faults_in(scheme_of(leaf(marks=f"share: {share}")))] == [
        (FOUND, f"合计为 {share}%，应为 100%。"),
        (f"{AT}.share", f"数值必须 {limit}。"),
    ]


@pytest.mark.parametrize(
    ("marks", "value", "sentence"),
    [
        (("share: 50", "share: 49.99"), "99.99%", "合计为 99.99%，应为 100%。"),
        (("share: 50", "share: 50.00001"), "100.00001%", "合计为 100.00001%，应为 100%。"),
        (("points: 60", "points: 41"), "101", "合计为 101，应为 100。"),
        (("points: 60", "share: 40"), "", "同一级指标要么都写分值，要么都写百分比。"),
    ],
)
def test_one_level_adds_up_and_is_stated_in_one_way(marks: tuple[str, str], value: str, sentence: str) -> None:
    components = [leaf("ab"[place], one) for place, one in enumerate(marks)]
    assert faults_in(scheme_of(*components)) == [(FIRST - 1, FOUND, value, sentence)]


def test_parts_add_up_to_their_own_component() -> None:
    parts = "parts: [{id: b, title: 乙, points: 12, source: poll}, {id: c, title: 丙, points: 7, source: panel}]"
    found = faults_in(scheme_of(external("w", "share: 80"), f"id: p, title: 评议, share: 20, {parts}"))
    assert found == [(FIRST + 1, f"{FOUND}[1].parts", "19", "合计为 19，应为 20。")]


def test_points_and_a_share_at_once_say_how_little_could_be_reached() -> None:
    found = faults_in(scheme_of(leaf("a", "points: 80, share: 80"), leaf("b", "points: 20")))
    assert found == [
        (FIRST, AT, "80 × 80 %", "同时写分值和百分比会重复折算，满分 100 分最多只能得 84 分。两者请只留一个。")
    ]


def test_points_and_a_share_below_a_total_that_could_not_be_read_say_so() -> None:
    text = scheme_of(leaf("a", "points: 80, share: 50"), head=HEAD.replace("total: 100", "total: x"))
    assert [words for *_, words in faults_in(text)] == [
        NUMBER,
        "同时写分值和百分比会重复折算，满分 ? 分最多只能得 40 分。两者请只留一个。",
    ]


def test_a_component_without_marks_is_told_once_and_its_level_too() -> None:
    found = faults_in(scheme_of("id: a, title: 甲, source: poll", leaf("b", "share: 100")))
    assert (FIRST, AT, "", "请写明占上级指标的百分比(share)或分值(points)。") in found


def test_an_id_stands_once_on_all_levels_of_a_class() -> None:
    parts = "parts: [{id: w, title: 乙, share: 100, source: poll}]"
    found = faults_in(scheme_of(external("w", "share: 80"), f"id: p, title: 评议, share: 20, {parts}"))
    assert found == [(FIRST + 1, f"{FOUND}[1].parts[0].id", "w", OWN_ID)]


@pytest.mark.parametrize(
    ("classes", "found"),
    [
        ("classes: []", [(5, "classes", "请至少写一个单位类别及其指标。")]),
        ("classes: [5]", [(5, "classes[0]", "这里应写 codes（类别）和 components（指标）。")]),
        ("classes: 5", [(5, "classes", LIST), (5, "classes", "请至少写一个单位类别及其指标。")]),
        ("", [(0, "classes", "请至少写一个单位类别及其指标。")]),
        (
            "classes:\n  - {codes: [], components: []}",
            [(6, "classes[0].codes", "请写明单位类别，“*”表示全部。"),
             (6, "classes[0].components", "这个类别没有指标，所属单位无从得分。")],
        ),
        (
            'classes:\n  - {codes: ["1"], components: [{id: a, title: 甲, share: 100, source: poll}]}\n'
            '  - {codes: ["2", "1"], components: [{id: a, title: 甲, share: 100, source: poll}], kind: x}',
            [(7, "classes[1].kind", f"{KNOWN}codes, components。"),
             (7, "classes[1].codes", "这个类别已有指标，请只写一次。")],
        ),
    ],
)  # fmt: skip
def test_classes_are_checked(classes: str, found: list[tuple[int, str, str]]) -> None:
    assert [(line, path, words) for line, path, _, words in faults_in(f"{HEAD}{classes}\n")] == found


def test_a_component_that_is_no_mapping_is_told_and_the_others_are_still_read() -> None:
    text = scheme_of(leaf()).replace("      - {", "      - 五\n      - {")
    assert faults_in(text) == [
        (FIRST, AT, "五", "这里应写 id、title（名称）、share（百分比）或 points（分值）以及 source（来源）。")
    ]


YAML = "不是可读的 YAML,请检查这一行的缩进和冒号。"
BEGIN = "文件开头应依次写明 id、version、title、total、classes 等项。"
WRITE_OUT = "请直接写出：这里不接受引用，也不接受更深的层级。"


@pytest.mark.parametrize(
    ("text", "line", "path", "sentence"),
    [
        ("", 0, "", BEGIN),
        ("- 1", 0, "", BEGIN),
        ("words", 0, "", BEGIN),
        ("a: [", 1, "", YAML),
        ("id: x\n  total: 5", 2, "", YAML),
        ("a: 1\nb: !!python/object:os.system x", 2, "", YAML),
        ("a: \x00", 0, "", YAML),
        ("a: 1\n? [b]\n: 2", 2, "", YAML),
        ("a: &x [1]\nb: *x", 2, "b", WRITE_OUT),
        ("a: " + "[" * 13 + "]" * 13, 1, "a" + "[0]" * 12, WRITE_OUT),
    ],
)
def test_what_is_no_scheme_says_what_it_lacks(text: str, line: int, path: str, sentence: str) -> None:
    [found] = faults_in(text)
    assert (found[0], found[1], found[3]) == (line, path, sentence)


def test_lists_twelve_deep_are_still_read_and_fail_for_their_meaning_only() -> None:
    words = [sentence for *_, sentence in faults_in("a: " + "[" * 12 + "]" * 12)]
    assert WRITE_OUT not in words
    assert words[-1].startswith(f"{KNOWN}id, version, title, total, points, classes, bonus,")


def test_a_file_one_character_too_long_is_not_read_at_all() -> None:
    text = scheme_of(leaf())
    [found] = faults_in(text + "#" * (200_001 - len(text)))
    assert found == (0, "", "200001", "请把文件缩短到 200000 字以内。")


def test_a_long_value_is_shown_shortened() -> None:
    [(_, _, value, _)] = faults_in(scheme_of(leaf(marks=f"share: {'x' * 100}")))
    assert value == "x" * 80


def test_faults_are_said_in_english_too() -> None:
    with force_locale("en"), pytest.raises(ImportFaults) as refused:
        service.check_scheme(scheme_of(leaf(), tail="floor: perhaps"))
    assert refused.value.message == "The scheme has faults; it was not stored."
    assert [fault.remedy for fault in refused.value.faults] == ["Choose one of: no_score, redistribute."]
