"""YAML as people write it: the documents of schemes and questionnaires."""

from __future__ import annotations

import re
from typing import Any

import yaml


class PlainLoader(yaml.SafeLoader):
    """YAML as its version 1.2 reads plain words: 010 is no eight, and no or off are words.

    What has a leading zero stays as it is written, since codes are written so; where a number is needed it is read as
    a decimal one.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # declared so by the class it descends from

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; of a key that stands twice neither is taken in silence."""
        seen: set[str] = set()
        for key, _value in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {name} stands twice", problem_mark=key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


for _tag, _pattern, _first in (
    ("null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def read(text: str) -> Any:
    """What a document says.

    Raises:
        yaml.YAMLError: it is no YAML.

    >>> read("codes: [010, no, 1:30]\\nfrom: 60")
    {'codes': ['010', 'no', '1:30'], 'from': 60}
    """
    return yaml.load(text, Loader=PlainLoader)  # noqa: S506  # it descends from the safe loader
