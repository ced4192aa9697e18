"""Does anything stop a hall? Run: python -m bench.hall [seconds] [--without-pause]

Three raters send a rating every fifth of a second each, first alone, then while others do their worst: sixteen clients
guess passwords at the sign-in page, each guess from another address, and the office uploads a table of 60,000 lines:
once, or without pause (`--without-pause`). Figures: ratings stored against those alone in the same run, their 95th
percentile, and how many were refused.
"""

from __future__ import annotations

import http.client
import io
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

if not __package__:
    # run as a file, this folder stands first on the path, and its weighting.py would hide the package
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bench.answers import TOKEN, Subject, product
from survey import create_app
from survey.base.people import accounts
from survey.base.people.roles import Role
from survey.base.settings import Settings
from survey.serving import THREADS

RATERS, GUESSERS, PACE, ROWS = 3, 16, 0.2, 60_000
PASSWORD = "a password for the benchmark"  # noqa: S105  # guards nothing


@dataclass
class Seen:
    """What the raters saw."""

    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share of ratings was stored."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))] * 1000 if self.latencies else 0.0


def rate(subject: Subject, seconds: float) -> Seen:
    """Three raters at their pace."""
    seen, end = Seen(), time.perf_counter() + seconds

    def go() -> None:
        while time.perf_counter() < end:
            began = time.perf_counter()
            if _rating(subject):
                seen.latencies.append(time.perf_counter() - began)
            else:
                seen.refused += 1
            time.sleep(max(0.0, PACE - (time.perf_counter() - began)))

    threads = [threading.Thread(target=go) for _ in range(RATERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def _rating(subject: Subject) -> bool:
    connection = http.client.HTTPConnection(urlsplit(subject.url).netloc, timeout=30)
    try:
        connection.request("GET", subject.path)
        found = TOKEN.search(connection.getresponse().read().decode())
        if found is None:
            return False
        body = urlencode({"token": found.group(2), "W-E1": "4"})
        connection.request("POST", subject.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status == 303
    except OSError:
        return False
    finally:
        connection.close()


class Desk:
    """Somebody at a staff page, with a session."""

    def __init__(self, url: str, source: str = "127.0.0.1") -> None:
        self._place, self._source = urlsplit(url).netloc, source
        self._cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes | str = b"", kind: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection(self._place, timeout=120, source_address=(self._source, 0))
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        connection.request(method, path, body, {**headers, **({"Content-Type": kind} if kind else {})})
        response = connection.getresponse()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        page = response.read().decode("utf-8", "replace")
        connection.close()
        return response.status, page

    def token(self, path: str) -> str:
        found = TOKEN.search(self.ask("GET", path)[1])
        return found.group(2) if found else ""

    def sign_in(self, name: str, password: str) -> int:
        form = urlencode({"csrf_token": self.token("/sign-in"), "username": name, "password": password})
        return self.ask("POST", "/sign-in", form, "application/x-www-form-urlencoded")[0]

    def upload(self, path: str, data: bytes) -> int:
        bound = "----bench"
        parts = io.BytesIO()
        field_ = f'--{bound}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{self.token(path)}\r\n'
        file = f'--{bound}\r\nContent-Disposition: form-data; name="file"; filename="units.csv"\r\n\r\n'
        parts.write(field_.encode() + file.encode() + data + f"\r\n--{bound}--\r\n".encode())
        return self.ask("POST", path, parts.getvalue(), f"multipart/form-data; boundary={bound}")[0]


def trouble(subject: Subject) -> tuple[list[Callable[[], object]], Counter[str]]:
    """What goes on beside the raters, each to be done again and again; and how often each was done."""
    done: Counter[str] = Counter()
    office = Desk(subject.url)
    if office.sign_in("office", PASSWORD) != 302:
        raise RuntimeError("the office cannot sign in")
    lines = "".join(f"{number},单位{number},,\n" for number in range(ROWS))
    table = f"编号,名称,类别,上级\n{lines}".encode()

    def guess() -> None:
        # from an address of its own each time, so that the brake on guessing from one address does not help
        source = f"127.{secrets.randbelow(200) + 1}.{secrets.randbelow(250)}.{secrets.randbelow(250) + 1}"
        with suppress(OSError):
            done[f"guess {Desk(subject.url, source).sign_in('office', 'a guess')}"] += 1

    def upload() -> None:
        with suppress(OSError):
            done[f"upload {office.upload('/units/upload/units', table)}"] += 1

    return [guess] * GUESSERS + [upload], done


def main() -> None:
    """Rate alone, then among trouble, and print both."""
    numbers = [word for word in sys.argv[1:] if not word.startswith("--")]
    seconds = float(numbers[0]) if numbers else 15.0
    with tempfile.TemporaryDirectory() as folder, product(Path(folder), THREADS) as subject:
        app = create_app(Settings(instance=Path(folder), secret_key="a key for the benchmark"))  # noqa: S106  # as above
        with app.app_context():
            accounts.add("office", PASSWORD, [Role.OFFICE])
        alone = rate(subject, seconds)
        deeds, done = trouble(subject)
        stop = threading.Event()

        def again(deed: Callable[[], object], once: bool) -> None:
            deed()
            while not stop.is_set() and not once:
                deed()

        once = "--without-pause" not in sys.argv
        last = len(deeds) - 1
        threads = [
            threading.Thread(target=again, args=(deed, once and place == last), daemon=True)
            for place, deed in enumerate(deeds)
        ]
        for thread in threads:
            thread.start()
        beset = rate(subject, seconds)
        stop.set()
        for thread in threads:
            thread.join()
        app.extensions["engine"].dispose()
    print(f"{RATERS} raters for {seconds:g} s; beside them, by answer: {dict(sorted(done.items()))}")
    for name, seen in (("alone ", alone), ("beset ", beset)):
        tail = f"p50 {seen.percentile(0.5):.0f} ms, p95 {seen.percentile(0.95):.0f} ms"
        print(f"{name} stored {len(seen.latencies)}, refused {seen.refused}, {tail}")
    print(f"ratio  stored {len(beset.latencies) / max(len(alone.latencies), 1):.2f}")


if __name__ == "__main__":
    main()
