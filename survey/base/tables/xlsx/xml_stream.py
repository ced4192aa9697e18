"""XML in pieces: no declarations, no depth, no name or tag that grows without end.

`openpyxl` and `ElementTree` build what they read; a part of a workbook can be a thousand times its packed size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.parsers import expat

#: bytes of one tag, comment or instruction
LONGEST_TOKEN = 1_000_000
MOST_NAMES = 5_000
DEEPEST = 64


class Listener:
    """Who is told what stands in the XML; names come without their prefix. By itself it does not care."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, piece: str) -> None:
        """A piece of an element's text."""


def local(name: str) -> str:
    """
    >>> local("x:row"), local("row")
    ('row', 'row')
    """
    return name.rpartition(":")[2] if ":" in name else name


def listen(pieces: Iterable[bytes], listener: Listener) -> Iterator[None]:
    """Read pieces one by one; after each, the listener has heard what it holds.

    Raises:
        ValueError: declarations, which a workbook never has, or something without end.
        expat.ExpatError: it is no XML.
    """
    known: dict[str, str] = {}
    parser = expat.ParserCreate(intern=known)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise ValueError("too deep")
        listener.start(local(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        listener.end(local(name))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = listener.text
    fed = 0
    for piece in pieces:
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - parser.CurrentByteIndex > LONGEST_TOKEN or len(known) > MOST_NAMES:
            raise ValueError("without end")
        yield
    parser.Parse(b"", True)
    yield


def attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute, whatever prefix it has.

    >>> attribute({"r:id": "rId1"}, "id")
    'rId1'
    """
    return next((value for key, value in attributes.items() if local(key) == name), "")


def _refuse(*_what: object) -> None:
    raise ValueError("declarations")
