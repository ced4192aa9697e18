"""What a line of a file becomes: every scale, heading, channel and reason, both sides of every limit, every fault."""

from __future__ import annotations

import io
from collections import Counter
from datetime import date, timedelta

import pytest
from openpyxl import Workbook

from survey.base.errors import ImportFaults, Refused
from survey.collect.intake import ratings
from survey.collect.intake.ratings import HEADINGS, ImportChoice, ImportPlan
from survey.questions import service as questions
from survey.units import service as units
from tests.collect.conftest import TODAY, Fair


def read(text: str, **more: object) -> ImportPlan:
    return ratings.plan(text.encode(), ImportChoice(**{"mapping": "words", **more}), TODAY)


def faults(text: str, **more: object) -> list[tuple[int, str, str, str]]:
    """Line, column, value and remedy of everything that is wrong."""
    with pytest.raises(ImportFaults) as refused:
        read(text, **more)
    assert "%(" not in refused.value.message
    return [(fault.line, fault.column, fault.value, fault.remedy) for fault in refused.value.faults]


WORDS = [
    *[("W1", "words", word, level) for word, level in (("非常满意", 5), ("满意", 4), ("一般", 3), ("很不满意", 1))],
    *[("W1", "words", word, level) for word, level in (("不太满意", 2), ("没接触", 0), ("没遇到或说不清", 0))],
    *[("W1", "reversed", str(written), level) for written, level in enumerate((5, 4, 3, 2, 1))],
    *[("F", "scale", word, level) for word, level in (("优秀", 4), ("良好", 3), ("一般", 2), ("较差", 1), ("4", 4))],
    *[("F", "scale", word, 0) for word in ("说不清", "不了解", "0", "Not met or cannot say")],
    *[("T", "scale", word, level) for word, level in (("满意", 3), ("基本满意", 2), ("不满意", 1), ("Satisfied", 3))],
    *[("X", "scale", word, level) for word, level in (("10", 10), ("10 分", 10), ("1", 1), ("6 分", 6), ("0", 0))],
    ("T", "好=3, 差=1", "差", 1),
    ("X", "满分=10，零分=0", "满分", 10),
    ("W1", "three", "high", 5),
    ("W1", "three", "MEDIUM", 3),
    ("W1", "five", "５", 5),
]


@pytest.mark.parametrize(("form", "mapping", "written", "level"), WORDS)
def test_every_form_is_read_on_its_own_scale(still_fair: Fair, form: str, mapping: str, written: str, level: int):
    plan = read(f"单位代码,满意度\na,{written}\n", form=form, mapping=mapping)
    (response,) = plan.responses
    assert [(answer.question, answer.level, answer.score) for answer in response.answers] == [
        (questions.questionnaire(form).overall.code, level, None)
    ]
    assert response.questionnaire == form
    assert plan.scale is questions.questionnaire(form).scale


@pytest.mark.parametrize(
    ("form", "mapping", "written"),
    [("F", "scale", "5"), ("T", "scale", "4"), ("X", "scale", "11"), ("X", "scale", "-1"), ("W1", "five", "6")],
)
def test_one_beyond_the_last_level_of_a_scale_is_a_fault(still_fair: Fair, form: str, mapping: str, written: str):
    ((line, column, value, remedy),) = faults(f"单位代码,满意度\na,{written}\n", form=form, mapping=mapping)
    assert (line, column, value) == (2, "满意度", written)
    assert remedy.startswith("请填写下列之一：")
    best = str(max(questions.questionnaire(form).scale.levels))
    assert best in remedy.replace("。", ",").replace("：", ",").replace(" ", "").split(",")


@pytest.mark.parametrize(("form", "mapping"), [("F", "words"), ("T", "five"), ("X", "ballot"), ("F", "一般=5")])
def test_a_mapping_made_for_another_scale_is_refused(still_fair: Fair, form: str, mapping: str):
    with pytest.raises(Refused):
        read("单位代码,满意度\na,一般\n", form=form, mapping=mapping)


def test_a_form_of_scores_takes_no_levels(still_fair: Fair):
    with pytest.raises(Refused) as refused:
        read("单位代码,满意度\na,95\n", form="L", mapping="scale")
    assert refused.value.message == "问卷 L 是打分，不是评等级。"
    assert refused.value.remedy == "请选择评等级的问卷。"


def test_an_unknown_form_is_refused_with_those_there_are(still_fair: Fair):
    with pytest.raises(Refused) as refused:
        read("单位代码,满意度\na,满意\n", form="W99")
    assert "W99" in refused.value.message
    assert all(code in refused.value.remedy for code in ("F", "T", "X", "W1", "W13"))


@pytest.mark.parametrize(("column", "heading"), [(c, heading) for c, each in HEADINGS.items() for heading in each])
def test_every_usual_heading_is_known(still_fair: Fair, column: str, heading: str):
    cells = {"level": "满意", "unit": "a", "window": "a-1", "day": "2026-03-05", "stratum": "城区", "group": "居民"}
    cells |= {"channel": "11", "tags": "办得快", "text": "谢谢"}
    other = {c: HEADINGS[c][0] for c in ("level", "unit") if c != column}
    plan = read(f"{','.join([heading, *other.values()])}\n{','.join([cells[column], *(cells[c] for c in other)])}\n")
    (response,) = plan.responses
    found = {
        "level": response.answers[0].level,
        "unit": response.unit_id,
        "window": response.window_id,
        "day": response.day,
        "stratum": response.stratum,
        "group": response.group_code,
        "channel": response.channel,
        "tags": list(response.tags),
        "text": response.texts["text"],
    }
    usual = {"level": 4, "unit": still_fair.units["a"], "window": None, "day": TODAY, "stratum": "", "group": ""}
    usual |= {"channel": questions.FILE, "tags": [], "text": ""}
    meant = {"window": still_fair.windows["a-1"], "day": date(2026, 3, 5), "channel": 11, "tags": ["fast"]}
    meant |= {"level": 4, "unit": still_fair.units["a"], "stratum": "城区", "group": "居民", "text": "谢谢"}
    assert found == {**usual, column: meant[column]}


def test_a_renamed_column_is_the_only_one_that_counts(still_fair: Fair):
    text = "满意度,本次评价,部门,片区,人群\n满意,非常满意,b,乡村,企业\n"
    columns = {"level": "本次评价", "unit": "部门", "stratum": "片区", "group": "人群"}
    (response,) = read(text, columns=columns).responses
    assert response.answers[0].level == 5
    assert response.unit_id == still_fair.units["b"]
    assert (response.stratum, response.group_code) == ("乡村", "企业")


@pytest.mark.parametrize("column", ["unit", "stratum", "group", "level"])
def test_a_column_that_was_named_must_be_there(still_fair: Fair, column: str):
    found = faults("满意度,单位代码,层,评议主体\n满意,a,城区,居民\n", columns={column: "别的列"})
    assert len(found) == 1
    assert found[0][0] == 1
    assert "别的列" in found[0][3]


def test_an_empty_name_of_a_column_means_the_usual_one(still_fair: Fair):
    assert len(read("满意度,单位代码\n满意,a\n", columns={"level": "", "unit": ""}).responses) == 1


def test_a_fault_is_told_under_the_heading_that_the_file_uses(still_fair: Fair):
    found = faults("本次评价,部门\n很好,z\n", columns={"level": "本次评价", "unit": "部门"})
    assert [(column, value) for _line, column, value, _remedy in found] == [("本次评价", "很好"), ("部门", "z")]


def test_what_the_lines_do_not_say_is_what_was_decided(still_fair: Fair):
    plan = read(
        "满意度,单位代码,日期,评议主体\n满意,,,\n满意,b,2026-03-30,企业\n",
        unit_code="a",
        day=date(2026, 2, 1),
        group="residents",
    )
    assert [(each.unit_id, each.day, each.group_code) for each in plan.responses] == [
        (still_fair.units["a"], date(2026, 2, 1), "residents"),
        (still_fair.units["b"], date(2026, 3, 30), "企业"),
    ]
    assert {each.collection_id for each in plan.responses} == {0}, "a dry run belongs to no collection"


@pytest.mark.parametrize("channel", questions.CHANNELS)
def test_every_channel_is_known_by_its_number(still_fair: Fair, channel: int):
    (response,) = read(f"满意度,单位代码,渠道\n满意,a,{channel}\n").responses
    assert response.channel == channel


@pytest.mark.parametrize("channel", ["0", "8", "10", "15", "扫码枪", "3.5", "+3"])
def test_another_number_is_no_channel(still_fair: Fair, channel: str):
    ((line, column, value, remedy),) = faults(f"满意度,单位代码,渠道\n满意,a,{channel}\n")
    assert (line, column, value) == (2, "渠道", channel)
    assert remedy.startswith("请使用渠道编号：1 电脑端, 2 移动端, 3 二维码, 4 ")
    assert remedy.endswith("14 文件导入。")


@pytest.mark.parametrize(("written", "channel"), [("二维码", 3), ("qr", 3), ("电话", 11), ("face", 12), ("纸质", 13)])
def test_channels_are_known_by_name_too(still_fair: Fair, written: str, channel: int):
    (response,) = read(f"满意度,单位代码,渠道\n满意,a,{written}\n").responses
    assert response.channel == channel


def test_thirteen_items_come_in_by_code_or_wording(still_fair: Fair):
    form = questions.questionnaire("W13")
    items = [question for question in form.questions if not question.overall]
    headings = [one.code if place % 2 else one.words.zh for place, one in enumerate(items)]
    lines = [["满意度", "单位代码", *headings], ["非常满意", "a", *["满意"] * 12], ["满意", "a", "", *["不满意"] * 11]]
    plan = read("\n".join(",".join(line) for line in lines), form="W13")
    first, second = [{a.question: a.level for a in response.answers} for response in plan.responses]
    assert first == {"W-E1": 5, **{one.code: 4 for one in items}}
    assert second == {"W-E1": 4, **{one.code: 2 for one in items[1:]}}, "an empty cell is no answer"
    assert (dict(plan.levels), plan.items, plan.unused) == ({5: 1, 4: 1}, tuple(q.code for q in form.questions), ())


def test_a_wrong_word_in_an_item_is_told_under_its_column(still_fair: Fair):
    ((line, column, value, remedy),) = faults("满意度,单位代码,W-B1\n满意,a,还行吧\n", form="W13")
    assert (line, column, value) == (2, "W-B1", "还行吧")
    assert "请填写下列之一" in remedy or "满意" in remedy


@pytest.mark.parametrize("heading", ["权重", "权数", "Weight", "权 重"])
def test_a_column_of_weights_is_not_dropped_in_silence(still_fair: Fair, heading: str):
    ((line, column, _value, remedy),) = faults(f"满意度,单位代码,{heading}\n满意,a,2.5\n")
    assert (line, column) == (1, heading)
    assert "权重不从文件中读取" in remedy


def test_columns_that_are_not_read_are_named(still_fair: Fair):
    plan = read("满意度,单位代码,备注,姓名\n满意,a,x,张三\n")
    assert plan.unused == ("备注", "姓名")


@pytest.mark.parametrize("tag", questions.all_tags().values(), ids=lambda tag: tag.code)
def test_every_reason_is_known_by_code_and_by_either_word(still_fair: Fair, tag):
    for word in (tag.code, tag.words.zh, tag.words.en):
        if not set(word) & set("|,;、\uff0c\uff1b"):
            (response,) = read(f'满意度,单位代码,标签\n满意,a,"{word}"\n').responses
            assert response.tags == [tag.code]


@pytest.mark.parametrize("separator", ["|", ",", ";", "、", "\uff0c", "\uff1b", " | ", "||"])
def test_reasons_are_told_apart_by_any_usual_sign(still_fair: Fair, separator: str):
    (response,) = read(f'满意度,单位代码,标签\n满意,a,"办得快{separator}讲得清"\n').responses
    assert response.tags == ["fast", "clear"]


def test_only_unknown_reasons_are_to_be_removed(still_fair: Fair):
    ((_line, column, value, remedy),) = faults("满意度,单位代码,标签\n满意,a,办得快|甲|讲得清|乙\n")
    assert (column, value) == ("标签", "办得快|甲|讲得清|乙")
    assert remedy == "请删去不在列表中的原因：甲, 乙。"


@pytest.mark.parametrize(
    ("day", "meant"),
    [
        ("2026-03-31", TODAY),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026年3月30日", date(2026, 3, 30)),
        ("20260302", date(2026, 3, 2)),
        ("1999-12-31", date(1999, 12, 31)),
        ("", TODAY),
    ],
)
def test_days_are_read_as_they_are_written(still_fair: Fair, day: str, meant: date):
    (response,) = read(f"满意度,单位代码,日期\n满意,a,{day}\n").responses
    assert response.day == meant


@pytest.mark.parametrize(
    ("day", "remedy"),
    [
        ("2026-04-01", "这一天还没有到，请更正。"),
        ("2026-02-30", "日期请写成 2026-03-31。"),
        ("3/1/26", "日期请写成 2026-03-31。"),
        ("上周", "日期请写成 2026-03-31。"),
    ],
)
def test_a_day_to_come_and_a_day_that_is_none_are_faults(still_fair: Fair, day: str, remedy: str):
    assert faults(f"满意度,单位代码,日期\n满意,a,{day}\n") == [(2, "日期", day, remedy)]


@pytest.mark.parametrize(
    ("column", "longest"), [("意见", ratings.LONGEST_TEXT), ("层", 200), ("群体", 64)], ids=["text", "stratum", "group"]
)
def test_the_last_allowed_length_fits_and_one_more_is_a_fault(still_fair: Fair, column: str, longest: int):
    (response,) = read(f"满意度,单位代码,{column}\n满意,a,{'长' * longest}\n").responses
    assert "长" * longest in (response.texts["text"], response.stratum, response.group_code)
    ((line, heading, _value, remedy),) = faults(f"满意度,单位代码,{column}\n满意,a,{'长' * (longest + 1)}\n")
    assert (line, remedy) == (2, f"请缩短到 {longest} 个字符以内。")
    assert heading == {"群体": "评议主体"}.get(column, column)


def test_words_keep_their_lines_and_names_stand_on_one(still_fair: Fair):
    (response,) = read('满意度,单位代码,意见,层\n满意,a,"一行\n二行","城\n区"\n').responses
    assert response.texts == {"text": "一行\n二行"}
    assert response.stratum == "城 区"


def test_a_counter_says_its_unit(still_fair: Fair):
    plan = read("满意度,窗口代码,单位代码\n满意,b-1,\n满意,b-1,b\n", kind="counter")
    assert [(each.unit_id, each.window_id) for each in plan.responses] == [
        (still_fair.units["b"], still_fair.windows["b-1"])
    ] * 2


@pytest.mark.parametrize(
    ("line", "kind", "found"),
    [
        ("b-1,a", "counter", [("单位代码", "a", "该窗口属于另一单位，请更正其中之一。")]),
        ("b-1,zz", "import", [("单位代码", "zz", "该窗口属于另一单位，请更正其中之一。")]),
        ("z-9,a", "counter", [("窗口代码", "z-9", "请先添加该窗口，或更正窗口代码。")]),
        ("z-9,zz", "import", [("窗口代码", "z-9", "请先添加该窗口，或更正窗口代码。")]),
        (",a", "counter", [("窗口代码", "", "请填写窗口代码：窗口评价必须对应窗口。")]),
        (",zz", "import", [("单位代码", "zz", "请先添加该单位，或更正单位代码。")]),
        (",", "import", [("单位代码", "", "请先添加该单位，或更正单位代码。")]),
    ],
)
def test_counter_and_unit_must_be_known_and_agree(still_fair: Fair, line: str, kind: str, found: list):
    told = faults(f"满意度,窗口代码,单位代码\n满意,{line}\n", kind=kind)
    assert [(column, value, remedy) for _line, column, value, remedy in told] == found


def test_a_line_without_a_counter_is_fine_where_no_counter_is_needed(still_fair: Fair):
    (response,) = read("满意度,窗口代码,单位代码\n满意,,c\n").responses
    assert (response.window_id, response.unit_id) == (None, still_fair.units["c"])


def test_a_unit_that_has_been_closed_may_still_be_rated_in_a_file(fair: Fair):
    with fair.inside():
        units.change_unit(fair.units["c"], name="丙局", class_code="1", parent_id=None, active=False)
        (response,) = read("满意度,单位代码\n满意,c\n").responses
    assert response.unit_id == fair.units["c"]


@pytest.mark.parametrize("text", ["满意度,单位代码\n", "满意度,单位代码\n,\n\n"])
def test_a_file_without_lines_is_no_import(still_fair: Fair, text: str):
    assert faults(text) == [(0, "", "", "请补充数据行。")]


def test_faults_are_counted_in_the_sentence_and_good_lines_do_not_help(still_fair: Fair):
    with pytest.raises(ImportFaults) as refused:
        read("满意度,单位代码\n满意,a\n好极,z\n满意,z\n")
    assert refused.value.message == "文件未导入：有 3 处错误。"
    assert [fault.line for fault in refused.value.faults] == [3, 3, 4]
    assert [group.value for group in refused.value.groups] == ["好极", "z"]


def test_the_plan_tells_levels_strata_and_days(still_fair: Fair):
    lines = ["满意,a,城区,2026-03-05", "满意,b,乡村,2026-03-31", "说不清,a,城区,2026-01-02", "不满意,b,,2026-02-01"]
    plan = read("满意度,单位代码,层,日期\n" + "\n".join(lines) + "\n")
    assert plan.levels == Counter({4: 2, 0: 1, 2: 1})
    assert plan.strata == Counter({"城区": 2, "乡村": 1, "": 1})
    assert plan.days == (date(2026, 1, 2), date(2026, 3, 31))


def test_a_workbook_reads_like_a_text_file(still_fair: Fair):
    book, out = Workbook(), io.BytesIO()
    for line in (
        ["满意度", "单位代码", "日期", "渠道"],
        [5, "a", TODAY - timedelta(days=1), 11],
        ["4", "b", None, None],
    ):
        book.active.append(line)
    book.save(out)
    plan = ratings.plan(out.getvalue(), ImportChoice("five"), TODAY)
    assert [(r.answers[0].level, r.unit_id, r.day, r.channel) for r in plan.responses] == [
        (5, still_fair.units["a"], date(2026, 3, 30), 11),
        (4, still_fair.units["b"], TODAY, questions.FILE),
    ]
