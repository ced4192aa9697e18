"""The message catalogues: one a room and language, so that a room's words are kept where the room is kept.

The program speaks English to itself and looks the citizen's sentence up in
`survey/translations/<language>/LC_MESSAGES/<room>.po`. Sources outside the rooms' folders belong to `base`.

    python -m survey.catalogues extract [room ...]    bring the .po files up to date with the source
    python -m survey.catalogues compile               make the .mo files that are missing or old
    python -m survey.catalogues missing [room ...]    list what is not yet said in Chinese
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from survey.base.web.languages import LANGUAGES
from survey.rooms import BASE, CATALOGUES

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "survey" / "translations"
ROOMS = CATALOGUES

#: How a sentence is marked: the position of its singular, plural and context among the call's arguments.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def po_path(room: str, language: str) -> Path:
    """Where a room's sentences in one language are kept."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{room}.po"


def room_of(path: Path) -> str:
    """Say which catalogue the sentences of a source file, relative to the project, belong to.

    >>> room_of(Path("survey/units/views.py")), room_of(Path("templates/score/sheet.html"))
    ('units', 'score')
    >>> room_of(Path("survey/cli.py")), room_of(Path("templates/base.html"))
    ('base', 'base')
    """
    folder = path.parts[1]
    return folder if folder in ROOMS else BASE


def sources() -> Iterator[Path]:
    """All files that may hold a sentence, in an order that does not depend on the file system."""
    yield from sorted((ROOT / "survey").rglob("*.py"))
    yield from sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())


def template_of(room: str) -> Catalog:
    """Collect a room's sentences from its source, without translations."""
    template = Catalog(domain=room)
    for path in sources():
        if room_of(path.relative_to(ROOT)) != room:
            continue
        for message, comments, context in _sentences_in(path):
            template.add(message, auto_comments=comments, context=context)
    return template


def catalogue_of(room: str, language: str) -> Catalog:
    """Read a room's catalogue, or start an empty one."""
    path = po_path(room, language)
    if not path.exists():
        return Catalog(locale=language, domain=room)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=room, abort_invalid=True)


#: a sentence with its context -> what it is in a language
Said = dict[tuple[Any, str | None], Any]


def said_anywhere(language: str) -> Said:
    """Every translation there is: a sentence that moves to another room takes its words along."""
    return {
        (message.id, message.context): message.string
        for room in ROOMS
        for message in catalogue_of(room, language)
        if message.id and _is_said(message.string)
    }


def extract_room(room: str, language: str, said: Said | None = None) -> bool:
    """Bring one catalogue up to date, keeping its translations; say whether the file changed.

    Sentences that left the source leave the catalogue. Neither line numbers nor dates are written,
    so a difference in the file is a difference in the words.

    Args:
        room: whose catalogue.
        language: of the translations.
        said: what other rooms' catalogues said before any of them was changed.
    """
    catalogue = catalogue_of(room, language)
    catalogue.update(template_of(room), no_fuzzy_matching=True, update_header_comment=False)
    for message in catalogue:
        if message.id and not _is_said(message.string):
            message.string = (said or {}).get((message.id, message.context), message.string)
    path = po_path(room, language)
    before = path.read_bytes() if path.exists() else b""
    after = _header(catalogue, language).encode() + _body(catalogue)
    if before == after:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(after)
    return True


def compile_stale() -> list[Path]:
    """Make each .mo that is missing or older than its .po, and return those made."""
    made = []
    for po in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        catalogue = catalogue_of(po.stem, po.parent.parent.name)
        # written aside and moved, since a server or a second test process may be reading the old one
        aside = mo.with_suffix(f".{os.getpid()}.new")
        with aside.open("wb") as file:
            write_mo(file, catalogue)
        aside.replace(mo)
        made.append(mo)
    return made


def missing(room: str, language: str = "zh_Hans") -> list[str]:
    """List the sentences of a room's source that have no translation in use."""
    catalogue = catalogue_of(room, language)
    untranslated = []
    for message in template_of(room):
        if not message.id:
            continue
        known = catalogue.get(message.id, message.context)
        said = known is not None and not known.fuzzy and _is_said(known.string)
        if not said:
            untranslated.append(message.id if isinstance(message.id, str) else message.id[0])
    return untranslated


def _sentences_in(path: Path) -> Iterator[tuple[str | tuple[str, ...], list[str], str | None]]:
    method = "python" if path.suffix == ".py" else "jinja2"
    with path.open("rb") as file:
        found = extract(method, file, KEYWORDS, ("Translators:",), {"silent": "false"})
        for _line, message, comments, context in found:
            yield message, comments, context


def _is_said(string: str | Sequence[str] | None) -> bool:
    return bool(string) if isinstance(string, str) else bool(string) and all(string or ())


def _header(catalogue: Catalog, language: str) -> str:
    return (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {language}\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )


def _body(catalogue: Catalog) -> bytes:
    file = BytesIO()
    write_po(
        file,
        catalogue,
        width=110,
        no_location=True,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    return file.getvalue()


def main(arguments: Iterable[str] | None = None) -> int:
    """Run one of the three deeds from the command line; the exit code is 1 if anything is missing."""
    parser = argparse.ArgumentParser(prog="python -m survey.catalogues", description="Message catalogues.")
    parser.add_argument("deed", choices=("extract", "compile", "missing"))
    parser.add_argument("room", nargs="*", help=f"of {', '.join(ROOMS)}; all if none is named")
    chosen = parser.parse_args(None if arguments is None else list(arguments))
    rooms = chosen.room or ROOMS
    for room in rooms:
        if room not in ROOMS:
            parser.error(f"there is no room {room}; the rooms are {', '.join(ROOMS)}")
    if chosen.deed == "compile":
        for path in compile_stale():
            print(f"compiled {path.relative_to(ROOT)}")
        return 0
    if chosen.deed == "extract":
        said = {language: said_anywhere(language) for language in LANGUAGES}
        for room in rooms:
            for language in LANGUAGES:
                if extract_room(room, language, said[language]):
                    print(f"updated {po_path(room, language).relative_to(ROOT)}")
        return 0
    absent = [(room, sentence) for room in rooms for sentence in missing(room)]
    for room, sentence in absent:
        print(f"{room}: {sentence}")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
