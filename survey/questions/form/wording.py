"""Neutral wording: what a prompt, a notice or a form must not say."""

from __future__ import annotations

import re

#: wording that leads the citizen: asking for praise, promising something, thanking for the best answer in advance
LEANING = re.compile(
    r"请[您你给]*(?:打|给|点)?(?:个)?(?:好评|五星|满分|非常满意)|(?:好评|评价)(?:有礼|有奖|返现|送)|给个好评|五星好评"
    r"|(?:奖励|红包|礼品|抽奖|积分)|您?的?[“\"]?非常满意[”\"]?是(?:对?我们|最大)"
    r"|give us (?:a )?(?:good|five|5)|five stars|reward|gift|prize",
    re.IGNORECASE,
)


def unneutral_words(text: str) -> list[str]:
    """The places where a prompt or notice leans; a neutral one gives nothing.

    >>> unneutral_words("请您评价本次服务")
    []
    >>> unneutral_words("请给好评,送礼品!")
    ['请给好评', '礼品']
    >>> unneutral_words("您的“非常满意”是我们最大的鼓励")
    ['您的“非常满意”是我们']
    """
    return [place.group() for place in LEANING.finditer(text)]
