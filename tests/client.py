"""A client that behaves like a browser's user and looks every page over, whatever the test is about."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

NOT_SENT = {"submit", "button", "reset", "image", "file"}


class Form:
    """A form of a page: where it goes, and what it holds."""

    def __init__(self, action: str, method: str) -> None:
        self.action = action
        self.method = method
        self.values: dict[str, list[str]] = {}


class Reader(HTMLParser):
    """Reads a page: its headings, its forms, and scripts and styles that the page itself carries."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.headings = 0
        self.titles = 0
        self.lang = ""
        self.without_nonce: list[str] = []
        self._form: Form | None = None
        self._select = self._textarea = ""
        self._pictures = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.headings += tag == "h1"
        self._pictures += tag == "svg"
        self.titles += tag == "title" and not self._pictures
        self.lang = values.get("lang", "") if tag == "html" else self.lang
        is_code = tag == "style" or (tag == "script" and "src" not in values and "json" not in values.get("type", ""))
        if is_code and not values.get("nonce"):
            self.without_nonce.append(tag)
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form:
            self._field(self._form.values, tag, values)

    def handle_endtag(self, tag: str) -> None:
        self._pictures -= tag == "svg"
        self._form = None if tag == "form" else self._form
        self._select = "" if tag == "select" else self._select
        self._textarea = "" if tag == "textarea" else self._textarea

    def handle_data(self, data: str) -> None:
        if self._form and self._textarea:
            self._form.values[self._textarea][-1] += data

    def _field(self, held: dict[str, list[str]], tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "text")
        if tag == "input" and name and kind not in NOT_SENT:
            if kind not in {"radio", "checkbox"} or "checked" in values:
                held.setdefault(name, []).append(values.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            held.setdefault(self._select, []).append(values.get("value", ""))
        elif tag == "textarea" and name:
            self._textarea = name
            held.setdefault(name, []).append("")


class Client(FlaskClient):
    """Flask's client, with forms filled in as on the page and a look at each page that comes back."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            check_page(response)
        return response

    def submit(self, path: str, *, form: str = "", follow: bool = True, **values: Any) -> TestResponse:
        """Open the page, fill in the form that goes to `form` (else the only one there is), and send it.

        Fields that are not named keep what the page gave them, the CSRF token among them.
        """
        page = self.get(path)
        chosen = _form(page, path, form)
        held: dict[str, Any] = {
            **chosen.values,
            **{name: value for name, value in values.items() if value is not None},
        }
        target = urljoin(path, chosen.action) if chosen.action else path
        if chosen.method == "get":
            return self.get(target, query_string=held, follow_redirects=follow)
        return self.post(target, data=held, follow_redirects=follow)

    def token(self, path: str) -> str:
        """The CSRF token of a page, for a request that no form of it would send."""
        return next(form.values["csrf_token"][0] for form in Reader(self.get(path).text).forms if form.values)


def _form(page: TestResponse, path: str, action: str) -> Form:
    assert page.status_code == 200, f"{path} answered {page.status_code}: {page.text[:2000]}"
    forms = Reader(page.text).forms
    if action:
        found = [form for form in forms if urlsplit(urljoin(path, form.action or path)).path == action]
    else:
        # the frame of a staff page has two forms of its own: the way out and the language
        found = [form for form in forms if form.method == "post" and form.action not in {"/sign-out", "/language"}]
    where = [form.action or path for form in forms]
    assert len(found) == 1, f"{path}: say which form is meant by form=; there are {where}"
    return found[0]


def check_page(response: TestResponse) -> None:
    """What holds for every page of the house."""
    page = Reader(response.text)
    where = f"{response.request.method} {response.request.path} ({response.status_code})"
    assert page.lang, f"{where} does not say its language"
    assert page.titles == 1, f"{where} has {page.titles} titles"
    assert page.headings == 1, f"{where} has {page.headings} first headings"
    for form in page.forms:
        proven = form.method == "get" or {"csrf_token", "token"} & set(form.values)
        assert proven, f"{where}: the form to {form.action!r} carries no token"
    policy = response.headers.get("Content-Security-Policy", "")
    assert policy, f"{where} has no content security policy"
    if "'sha256-" not in policy:
        assert not page.without_nonce, f"{where} carries {page.without_nonce} without a nonce"
