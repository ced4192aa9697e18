"""Reasons and wording: what may be ticked, who must not read it, and what a notice must not say."""

from __future__ import annotations

import pytest

from survey.questions.form.tags import tags_offered
from survey.questions.service import all_tags, unneutral_words

GOOD = ["fast", "clear", "kind", "one_trip", "helpful", "pleasant", "online_ok"]
BAD = [
    *("long_wait", "nobody", "not_told_once", "extra_papers", "new_condition", "overdue", "passed_round", "not_online"),
    *("queue_again", "unskilled", "unfriendly", "bad_guide", "bad_place", "pressed", "bribery", "unsolved", "other"),
]


def test_good_reasons_come_before_bad_ones() -> None:
    assert list(all_tags()) == [*GOOD, *BAD]
    assert all(tag.code == code for code, tag in all_tags().items())


@pytest.mark.parametrize("code", [*GOOD, *BAD])
def test_each_reason_says_whether_it_is_praise_and_who_may_read_it(code: str) -> None:
    tag = all_tags()[code]
    assert tag.good is (code in GOOD)
    assert tag.integrity is (code == "pressed")
    assert tag.confidential is (code == "bribery")
    assert tag.is_sealed is (code in {"pressed", "bribery"})


@pytest.mark.parametrize("code", [*GOOD, *BAD])
def test_each_reason_has_words_in_both_languages(code: str) -> None:
    tag = all_tags()[code]
    assert tag.text("zh") == tag.words.zh != ""
    assert tag.text("en") == tag.words.en != ""
    assert tag.text("zh") != tag.text("en")
    assert tag.text("en").isascii()


def test_reasons_are_called_as_citizens_read_them() -> None:
    said = {code: all_tags()[code].text("zh") for code in ("fast", "long_wait", "pressed", "bribery", "other")}
    assert said == {
        "fast": "办得快",
        "long_wait": "等得太久",
        "pressed": "被要求打好评或有人代点",
        "bribery": "涉及乱收费或索要好处",
        "other": "其他",
    }
    assert all_tags()["pressed"].text("en") == "Told to rate well or rated by someone else"


def test_a_form_offers_all_reasons_or_those_it_names_in_its_order() -> None:
    assert tags_offered("all") == tuple(all_tags().values())
    assert [tag.code for tag in tags_offered(["other", "fast"])] == ["other", "fast"]
    assert [tag.code for tag in tags_offered(["other", "fast", "other"])] == ["other", "fast"]
    assert tags_offered([]) == ()
    with pytest.raises(KeyError):
        tags_offered(["fastest"])


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("请打好评", ["请打好评"]),
        ("请给五星", ["请给五星"]),
        ("请您给个满分吧", ["请您给个满分"]),
        ("请点非常满意", ["请点非常满意"]),
        ("请你好评", ["请你好评"]),
        ("好评有礼", ["好评有礼"]),
        ("评价有奖，好评返现，评价送伞", ["评价有奖", "好评返现", "评价送"]),
        ("亲，给个好评", ["给个好评"]),
        ("感谢您的五星好评", ["五星好评"]),
        ("完成评价可得奖励", ["奖励"]),
        ("红包、礼品、抽奖、积分", ["红包", "礼品", "抽奖", "积分"]),
        ("您的“非常满意”是我们的动力", ["您的“非常满意”是我们"]),
        ('您的"非常满意"是对我们的肯定', ['您的"非常满意"是对我们']),
        ("非常满意是最大的支持", ["非常满意是最大"]),
        ("Please give us a good rating", ["give us a good"]),
        ("Give us FIVE", ["Give us FIVE"]),
        ("give us 5 please", ["give us 5"]),
        ("Five stars, a gift, a prize and a Reward", ["Five stars", "gift", "prize", "Reward"]),
    ],
)
def test_wording_that_asks_for_praise_or_promises_something_leans(text: str, leaning: list[str]) -> None:
    assert unneutral_words(text) == leaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "请您评价本次服务",
        "请如实评价，您的意见会转交有关部门",
        "满意、基本满意、不满意，请任选一项",
        "您对本次服务非常满意吗？",
        "好评和差评都会被如实统计",
        "Please rate this visit",
        "Give us your view",
        "Stars were five metres high",
    ],
)
def test_neutral_wording_is_left_alone(text: str) -> None:
    assert unneutral_words(text) == []


def test_a_long_text_names_every_place_in_order() -> None:
    text = "请您评价。" * 200 + "请给好评" + "谢谢。" * 200 + "有礼品"
    assert unneutral_words(text) == ["请给好评", "礼品"]
