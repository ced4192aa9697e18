"""Forms of an installation's own, on the scales that no shipped form has."""

from __future__ import annotations

from collections.abc import Mapping

from survey.base.settings import Settings

#: at a counter: code -> scale
COUNTER_FORMS = {"F": "four", "T": "three", "X": "ten"}
COUNTER_FORM = """
code: {code}
version: 1
zh: {{title: 自定问卷 {code}, text: 补充意见}}
en: {{title: Own form {code}, text: Remarks}}
use: counter
scale: {scale}
tags: all
questions:
  - {{code: {code}-1, category: overall, overall: true, zh: 总的来说, en: Overall}}
  - {{code: {code}-2, category: attitude, zh: 服务态度, en: Attitude}}
"""
#: of a panel, about several bodies: code -> scale
PANEL_FORMS = {"F4": "four", "T3": "three", "X10": "ten", "H": "hundred"}
PANEL_FORM = """
code: {code}
version: 1
zh: {{title: 评议表{code}, text: 意见（选填）}}
en: {{title: Form {code}, text: Remarks (optional)}}
use: panel
scale: {scale}
per_unit: true
questions:
  - {{code: {code}-1, category: overall, overall: true, zh: 总体评价, en: Overall}}
  - {{code: {code}-2, category: attitude, zh: 服务态度, en: Attitude}}
"""


def counter_forms() -> dict[str, str]:
    """File name -> document, of every form for counters."""
    return {f"{code}.yaml": COUNTER_FORM.format(code=code, scale=scale) for code, scale in COUNTER_FORMS.items()}


def panel_forms() -> dict[str, str]:
    """File name -> document, of every form for panels."""
    return {f"{code}.yaml": PANEL_FORM.format(code=code, scale=scale) for code, scale in PANEL_FORMS.items()}


def with_forms(settings: Settings, documents: Mapping[str, str]) -> Settings:
    """The same settings, with these documents among the installation's own."""
    folder = settings.instance / "questionnaires"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    return settings
