"""One line of a scheme that stands for several components: shares among groups, channels, questions or rounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from survey.questions import service as questions
from survey.questions.service import Words
from survey.score.scheme.read import Findings

#: keys of which a leaf may state shares, {residents: 60, enterprises: 40}; a list of questions has equal shares
SHARED = ("group", "channel", "question", "category", "round")
#: what stays with the component itself and is not handed down to its parts
OWN = ("id", "title", "share", "points", "assumption", "losses")


def spread(findings: Findings, path: str, item: dict[str, Any]) -> dict[str, Any]:
    """The component with parts written out, where one of its selectors is a list of shares; else as it is.

    >>> leaf = {"id": "poll", "share": 70, "source": "poll", "group": {"residents": 60, "enterprises": 40}}
    >>> written = spread(Findings(), "", leaf)
    >>> [(part["id"], part["share"], part["group"]) for part in written["parts"]]
    [('poll.residents', 60, 'residents'), ('poll.enterprises', 40, 'enterprises')]
    """
    keys = [key for key in SHARED if _is_shared(key, item.get(key))]
    if not keys or "parts" in item:
        return item
    if len(keys) > 1:
        sentence = gettext("Only one of %(keys)s can be given shares; write parts for the rest.", keys=", ".join(keys))
        findings.add(path, ", ".join(keys), sentence)
        return {**item, **dict.fromkeys(keys[1:])}
    key = keys[0]
    handed = {name: value for name, value in item.items() if name not in (*OWN, key)}
    shares = _shares(findings, f"{path}.{key}", key, item)
    parts = [
        {**handed, _below(key): name, "id": f"{item.get('id')}.{name}", "title": _title(key, name), "share": share}
        for name, share in shares.items()
    ]
    return {name: value for name, value in item.items() if name in OWN} | {"parts": parts}


def _is_shared(key: str, value: object) -> bool:
    return (
        isinstance(value, dict)
        or (key == "question" and isinstance(value, list))
        or (key == "category" and bool(value))
    )


def _below(key: str) -> str:
    return "question" if key == "category" else key


def _shares(findings: Findings, path: str, key: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """Name -> share in per cent; a category stands for its questions, which share alike."""
    value = item[key]
    if key == "category":
        return _of_categories(findings, path, value, str(item.get("form") or ""))
    if isinstance(value, list):
        return {str(name): 100 / len(value) for name in value}
    return {str(name): share for name, share in value.items()}


def _of_categories(findings: Findings, path: str, value: object, form: str) -> dict[str, Any]:
    shares = value if isinstance(value, dict) else dict.fromkeys(value if isinstance(value, list) else [value])
    found: dict[str, Any] = {}
    for name, share in shares.items():
        codes = _questions_in(str(name), form)
        if not codes:
            known = ", ".join(questions.CATEGORIES)
            findings.add(path, name, gettext("No question has this category; known are: %(names)s.", names=known))
            continue
        whole = 100 / len(shares) if share is None else share
        if isinstance(whole, int | float):
            found |= {code: whole / len(codes) for code in codes}
        else:
            findings.add(f"{path}.{name}", whole, gettext("Write a number here."))
    return found


def _questions_in(category: str, form: str) -> list[str]:
    """Codes of the scored questions of a category, named by code or by its Chinese words."""
    codes = [code for code, words in questions.CATEGORIES.items() if category in (code, words.zh)]
    forms = questions.newest()
    chosen = [forms[form]] if form in forms else list(forms.values())
    each = (q for one in chosen for q in one.questions if q.scored and q.category in codes)
    return list(dict.fromkeys(q.code for q in each))


def _title(key: str, name: str) -> dict[str, str]:
    """What a part is called: a question by its words, anything else as the scheme names it."""
    words = Words(name)
    if key in ("question", "category"):
        known = (q for form in questions.newest().values() for q in form.questions if q.code == name)
        words = next((question.words for question in known), words)
    return {"zh": words.zh, "en": words.en}
