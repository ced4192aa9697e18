"""Pages for the printer: a document in Chinese with its font, and the colours of the product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pylopdf_fonts_zh_cn

from survey.base.store.database import give_back
from survey.base.web import colours

if TYPE_CHECKING:
    from fpdf import FPDF

    Document = FPDF

__all__ = ["BRAND", "FONT", "INK", "SOFT", "WARN", "WARN_SOFT", "Colour", "Document", "document", "silent"]
FONT = "Noto Sans SC"
Colour = tuple[int, int, int]
INK, SOFT, BRAND = (colours.rgb(name) for name in ("ink", "ink-soft", "brand"))
WARN, WARN_SOFT = (colours.rgb(name) for name in ("warn", "warn-soft"))


def document() -> Document:
    """An empty A4 document; its font is embedded once, with only the letters that are used.

    A request holds no lock of the database while it draws.
    """
    give_back()
    from fpdf import FPDF  # here: it would cost every start of the product a fifth of a second

    made = FPDF(format="A4")
    made.set_auto_page_break(False)
    made.set_lang("zh-CN")
    made.add_font(FONT, fname=pylopdf_fonts_zh_cn.sans_path())
    return made


def silent(done: int, total: int) -> None:
    """Progress that nobody waits for."""
