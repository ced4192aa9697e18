"""What is wrong in the wider language of schemes is a sentence on its line."""

from __future__ import annotations

import pytest

from survey.score import service
from tests.score.schemes_written import external, faults_in, leaf, scheme_of

pytestmark = pytest.mark.usefixtures("still_app")
AT = "classes[0].components[0]"


@pytest.mark.parametrize(
    ("component", "path", "words"),
    [
        (leaf(more="value: medal"), f"{AT}.value", "请从下列各项中选择：index, satisfied, topbox, bad。"),
        (leaf(more="value: bad"), f"{AT}.value", "差评率越高，得分不能越高"),
        (leaf(more="value: bad, convert: best"), f"{AT}.value", "差评率越高，得分不能越高"),
        (leaf(more="value: topbox, points_table: 100/70/30"), f"{AT}.points_table", "按等级占比计时不用写各等级分值。"),
        (leaf(more="convert: steep"), f"{AT}.convert", "请写 best"),
        (leaf(more="convert: {zero: 60, full: 60}"), f"{AT}.convert", "得零分的值与得满分的值不能相同。"),
        (leaf(more="convert: {zero: 60}"), f"{AT}.convert.full", "这里应是一个数。"),
        (leaf(more="convert: {zero: 60, full: 101}"), f"{AT}.convert.full", "数值必须 ≤ 100。"),
        (
            leaf(more="convert: [{from: 90, points: 100}]"),
            f"{AT}.convert",
            "低于 90 时没有规定得几分；最低一档应从 0 起。",
        ),
        (
            leaf(more="convert: [{from: 0, points: 1}, {from: 0, points: 2}]"),
            f"{AT}.convert",
            "有两档的起点相同，请只留一个。",
        ),
        (leaf(more="convert: [{from: 0, points: 101}]"), f"{AT}.convert[0].points", "数值必须 ≤ 100。"),
        (leaf(more="convert: [5]"), f"{AT}.convert[0]", "这里应写 from"),
        (leaf(more="minimum: -1"), f"{AT}.minimum", "请写 0 至 1000000 之间的整数。"),
        (leaf(source="source: full"), f"{AT}.losses", "从满分扣起的指标，要在 losses 下写明哪些情形扣分。"),
        (
            leaf(more="losses: [{id: x, title: 扣, each: 1}]"),
            f"{AT}.losses",
            "这种数据来源的指标用不到这一项，请去掉。",
        ),
        (external() + ", minimum: 5", f"{AT}.minimum", "这种数据来源的指标用不到这一项，请去掉。"),
        (external() + ", question: G-1", f"{AT}.question", "这种数据来源的指标用不到这一项，请去掉。"),
        (leaf(source='source: "external:a"', more="divided_by: a"), f"{AT}.divided_by", "比率要除以另一个数"),
        (leaf(source="source: sheet", more="scheme: hami"), f"{AT}.round", "请写明取哪个方案"),
        (leaf(more="group: {a: 50, b: 60}"), f"{AT}.parts", "合计为 110%，应为 100%。"),
        (leaf(more="group: {a: 50, b: 50}, channel: {qr: 50, link: 50}"), AT, "group, channel 中只能有一项分配占比"),
        (leaf(more="category: weather"), f"{AT}.category", "没有题目属于这个类别"),
    ],
)
def test_a_leaf_is_checked(component: str, path: str, words: str) -> None:
    found = {column: sentence for _, column, _, sentence in faults_in(scheme_of(component))}
    assert words in found.get(path, str(found))


@pytest.mark.parametrize(
    ("tail", "path", "words"),
    [
        ("rank: office", "rank", "请从下列各项中选择：class, parent, all。"),
        ('rank: {甲: ["1"], 乙: ["1"]}', "rank.乙", "这一类单位同时列在两个组里，请只留一个。"),
        ("bottom: 3", "bottom", "请写 {count: 3}"),
        ("bottom: {count: 0}", "bottom.count", "请写 1 至 100000 之间的整数。"),
        ("bottom: {share: 101}", "bottom.share", "数值必须 ≤ 100。"),
        ("minimum: many", "minimum", "请写 0 至 1000000 之间的整数。"),
        ("vetoes: [{id: v, title: 否决}]", "vetoes[0]", "请写明一票否决的后果"),
        ("vetoes: [{id: v, title: 否决, grade: 优}]", "vetoes[0].grade", "方案规定的等次有：–。"),
        ("vetoes: [{id: v, title: 否决, no_bonus: maybe}]", "vetoes[0].no_bonus", "请写 true（是）或 false（否）。"),
        ("bonus: [{id: x, title: 甲, per: 5, cap: 1}]", "bonus[0].per", "请同时写明每满一份计几分（each）。"),
        ("bonus: [{id: x, title: 甲, levels: 3}]", "bonus[0].levels", "请写出每个级别计几分"),
        ("bonus: [{id: x, title: 甲, each: 0}]", "bonus[0].each", "数值必须 ≥ 0.0001。"),
        ("bonus: [{id: x, title: 甲, cap: 1, component: q}]", "bonus", "没有这个 id 的指标"),
        (
            "bonus: [{id: x, title: 甲, cap: 1}, {id: y, title: 甲, cap: 1}]",
            "bonus[1].title",
            "另一个加扣分项目也叫这个名称；请各用各的名称。",
        ),
        (
            "grades: [{title: 优, from: 90, quota: 5, most: 3}, {title: 差, from: 0}]",
            "grades[0].most",
            "名额请写百分比",
        ),
        ("grades: [{title: 优, from: 90}, {title: 差, from: 0, quota: 5}]", "grades[1]", "最低一等接收其余所有单位"),
        ("grades: [{title: 优, from: 90, quota: 101}, {title: 差, from: 0}]", "grades[0].quota", "数值必须 ≤ 100。"),
    ],
)
def test_what_follows_the_classes_is_checked(tail: str, path: str, words: str) -> None:
    found = {column: sentence for _, column, _, sentence in faults_in(scheme_of(leaf(), tail=tail))}
    assert words in found.get(path, str(found))


def test_a_share_among_questions_writes_its_parts_out() -> None:
    scheme = service.check_scheme(scheme_of(leaf(source="source: counter, form: W13", more="category: 服务态度")))
    [part] = scheme.classes[0].components
    assert [leaf.question for leaf in part.leaves()] == ["W-B1", "W-B2", "W-B3"]
    assert next(leaf.title.zh for leaf in part.leaves()) == "接待我的人员有礼貌、愿意听我把话说完"
    assert sum(leaf.full for leaf in part.leaves()) == pytest.approx(100)
