"""Rules for templates and what they load: one frame, no stranger's host, nothing inline, every word translatable."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from tests.source import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = sorted(path for path in (ROOT / "static").rglob("*") if path.suffix in {".css", ".js", ".svg"})
#: the frames of staff pages and of citizens' pages; all other pages stand in one of them
FRAMES = {"base.html", "citizen.html"}
MOST_LINES = 120
LONGEST_LINE = 120
#: what only the macros of templates/base may write by hand: say parts.select(…), parts.table(…) or parts.scroll(…)
HAND_MADE = re.compile(r"<select\b|table-scroll")
#: words that are the same in every language; a language bears its own name,
#: and what a person types is in <code>
SAME_EVERYWHERE = {
    *("English", "中文"),
    *("CSV", "XLSX", "PDF", "SVG", "PNG", "JSON", "ZIP", "UTF", "GBK"),
    *("QR", "API", "OpenAPI", "SHA", "RR", "deff", "kB", "MB"),
}

each_template = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))


def is_part(path: Path) -> bool:
    return path.name.startswith("_") or path.name in FRAMES


@each_template
def test_a_page_stands_in_a_frame(path):
    if not is_part(path):
        frames = re.findall(r'{% extends "([^"]+)" %}', path.read_text(encoding="utf-8"))
        assert frames, "the page extends no frame"
        assert frames[0] in FRAMES or (ROOT / "templates" / frames[0]).exists()


@each_template
def test_a_template_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES


@each_template
def test_a_page_carries_no_style_or_script_of_its_own(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"\s(?:style|on\w+)=[\"']", text), "inline style and handlers are blocked by the policy"
    bare = [tag for tag in re.findall(r"<(?:style|script)\b[^>]*>", text) if not re.search("src=|nonce=|json", tag)]
    # the citizen's frame carries the one style sheet that the policy knows by its hash
    assert not bare or path.name == "citizen.html"


@each_template
def test_every_word_of_a_page_can_be_translated(path):
    text = words_outside_expressions(path.read_text(encoding="utf-8"))
    attributes = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', text)
    shown = " ".join(
        [*attributes, re.sub(r"<[^>]*>", " ", re.sub(r"<(style|script|code|pre)\b.*?</\1>", " ", text, flags=re.S))]
    )
    words = set(re.findall(r"[^\W\d_]{2,}", re.sub(r"&\w+;", " ", shown)))
    assert words <= SAME_EVERYWHERE, "say it in English inside _( )"


def words_outside_expressions(source: str) -> str:
    """What a template holds outside of Jinja's braces and outside of `trans` blocks.

    >>> words_outside_expressions("<p>{{ _('Name') }} bare{% trans %} said {% endtrans %}{# a comment #}</p>")
    '<p> bare</p>'
    """
    kept, translated, block = [], False, ""
    for _line, kind, value in Environment(autoescape=True).lex(source):
        if kind == "block_begin":
            block = ""
        elif kind == "name" and not block:
            block = value
            translated = block == "trans" if block in {"trans", "endtrans"} else translated
        elif kind == "data" and not translated:
            kept.append(value)
    return "".join(kept)


@pytest.mark.parametrize("path", [*TEMPLATES, *STATIC], ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_fetched_from_elsewhere(path):
    hosts = re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"')]*", path.read_text(encoding="utf-8"))
    assert [host for host in hosts if not host.startswith("http://www.w3.org/")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_percent_sign_in_a_sentence_is_doubled(path):
    """Jinja's translations are always formatted: a lone sign is read as the start of a value."""
    assert lone_percent_signs(path.read_text(encoding="utf-8")) == []


def lone_percent_signs(source: str) -> list[str]:
    """Sentences with a sign that begins no value; a sentence may go on in a second literal.

    >>> lone_percent_signs("{{ _('95%% of %(n)s') }} {{ _('all of them, '\\n 'or 5 % of them') }}")
    ["'all of them, '\\n 'or 5 % of them'"]
    """
    sentences = re.findall(r"""\b_\(\s*((?:'(?:\\.|[^'\\])*'\s*|"(?:\\.|[^"\\])*"\s*)+)""", source)
    return [words for words in sentences if re.search(r"%(?!\()", words.replace("%%", ""))]


def lines_too_long(source: str) -> list[int]:
    return [number for number, line in enumerate(source.splitlines(), 1) if len(line) > LONGEST_LINE]


@each_template
def test_a_line_can_be_read_without_scrolling(path):
    assert lines_too_long(path.read_text(encoding="utf-8")) == []


@each_template
def test_selects_and_tables_are_drawn_by_macros(path):
    if path.parent.name != "base":
        assert HAND_MADE.findall(path.read_text(encoding="utf-8")) == []


def test_a_planted_line_is_found():
    shell = '<div class="table-scroll" tabindex="0" role="region">'
    assert lines_too_long("<p>\n" + "<td></td>" * 14 + "\n</p>") == [2]
    assert HAND_MADE.findall(f'<select name="unit">\n{shell}\n<selected>') == ["<select", "table-scroll"]
