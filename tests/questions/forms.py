"""Documents of forms to change and read: one that is whole, and ways to spoil it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey.base.errors import SettingError
from survey.questions.form.document import read_folder
from survey.questions.service import Questionnaire

#: stands for a key that is left out
LEFT_OUT = object()
#: says everything that a form can say
WHOLE: dict[str, Any] = {
    "code": "F",
    "version": 1,
    "zh": {"title": "自定问卷", "text": "补充意见"},
    "en": {"title": "Own form", "text": "Remarks"},
    "use": "poll",
    "scale": "four",
    "tags": ["fast", "pressed"],
    "per_unit": True,
    "most_units": 2,
    "questions": [
        {"code": "F-1", "category": "overall", "overall": True, "zh": "总的来说", "en": "Overall"},
        {"code": "F-2", "category": "attitude", "zh": "服务态度", "en": "Attitude"},
    ],
    "closing": [
        {
            "code": "F-HOW",
            "zh": "怎么办的",
            "en": "How was it done?",
            "note": {"zh": "不计分", "en": "Not scored"},
            "choices": [{"code": "desk", "zh": "窗口", "en": "Desk"}, {"code": "net", "zh": "网上", "en": "Online"}],
        }
    ],
    "background": [{"code": "age", "zh": "年龄", "en": "Age", "choices": [{"code": "60+", "zh": "老年", "en": "Old"}]}],
}


def changed(at: tuple[str | int, ...] = (), value: object = LEFT_OUT, **top: object) -> dict[str, Any]:
    """The whole document with one place of it (a path of keys) or some keys at the top put otherwise."""
    document = copy.deepcopy(WHOLE)
    changes: list[tuple[tuple[str | int, ...], object]] = [((key,), given) for key, given in top.items()]
    if at:
        changes.append((at, value))
    for path, given in changes:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        if given is LEFT_OUT:
            del place[path[-1]]
        else:
            place[path[-1]] = given
    return document


def write(folder: Path, document: object, name: str = "F.yaml") -> None:
    folder.mkdir(exist_ok=True)
    text = document if isinstance(document, str) else yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (folder / name).write_text(text, encoding="utf-8")


def read(folder: Path, document: object) -> Questionnaire:
    """The only form of a folder."""
    write(folder, document)
    (form,) = read_folder(folder).values()
    return form


def fault(folder: Path, document: object) -> str:
    """What is said of a document that is refused."""
    with pytest.raises(SettingError) as refused:
        read(folder, document)
    file, _colon, sentence = refused.value.message.partition(": ")
    assert file == "F.yaml", "the sentence names the file"
    return sentence
