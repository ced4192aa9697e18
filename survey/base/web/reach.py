"""Whether phones can reach the address that stands in codes, letters and links."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request
from flask_babel import gettext

from survey.base.errors import Refused
from survey.base.settings import present

#: endings of names that only one house knows
INSIDE = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
#: the field with which somebody says that it is meant so
ANYWAY = "anyway"


def is_only_here(address: str) -> bool:
    """Whether an address leads nowhere from a citizen's phone.

    >>> [is_only_here(f"http://{host}/r/1") for host in ("127.0.0.1:8000", "10.1.2.3", "[::1]", "hall.local")]
    [True, True, True, True]
    >>> is_only_here("https://pj.example.gov.cn/r/1"), is_only_here("http://[2400:3200::1]/r/1")
    (False, False)
    """
    host = (urlsplit(address).hostname or "").rstrip(".").casefold()
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(INSIDE)


def only_here() -> str:
    """The address that stands in codes, where phones elsewhere cannot reach it; else nothing."""
    address = present().public_url
    return address if is_only_here(address) else ""


def require_meant() -> None:
    """Refuse to print or hand out what leads nowhere, unless the form says that it is meant so.

    Raises:
        Refused: the address leads nowhere from a citizen's phone, and nobody confirmed it.
    """
    address = only_here()
    if address and not request.form.get(ANYWAY):
        raise Refused(
            gettext("Codes and links would lead to %(address)s, which phones elsewhere cannot reach.", address=address),
            remedy=gettext("Set SURVEY_PUBLIC_URL to the public address, or tick that it is only for trying out."),
        )
