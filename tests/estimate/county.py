"""A county whose numbers are worked out by hand: seven bodies, rated in every way, and rounds that select from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date

from flask import Flask

from survey import create_app
from survey.base.settings import Settings
from survey.base.store.database import engine, session
from survey.collect import service as collect
from survey.estimate import service as estimate
from survey.rounds import service as rounds
from survey.sample import service as sample
from survey.units import service as units
from tests.client import Client
from tests.own_forms import panel_forms, with_forms

OPENS, CLOSES = date(2026, 1, 1), date(2026, 12, 31)
#: body -> its name and class
BODIES = {
    "A": ("省教育厅", "1"),
    "B": ("省税务局", "1"),
    "C": ("省气象局", "2"),
    "D": ("省档案局", "1"),
    "E": ("省地震局", "2"),
    "F": ("省文物局", ""),
    "G": ("省测绘局", ""),
}
CLASSES = {"1": "综合部门", "2": "中央驻皖单位", "": ""}
COUNTERS = {
    "A-1": "1号窗口",
    "A-2": "2号窗口",
    "B-1": "办税窗口",
    "C-1": "气象窗口",
    "D-1": "档案窗口",
    "E-1": "值班窗口",
}


@dataclass
class County:
    """Numbers of what was stored; everything in it is done once, and tests only look at it."""

    app: Flask
    units: dict[str, int] = field(default_factory=dict)
    windows: dict[str, int] = field(default_factory=dict)
    #: code -> number
    collections: dict[str, int] = field(default_factory=dict)
    #: code of a round -> number of its computation
    runs: dict[str, int] = field(default_factory=dict)

    def inside(self) -> AbstractContextManager[object]:
        return self.app.app_context()

    def client(self) -> Client:
        return self.app.test_client()

    @property
    def run(self) -> int:
        """The computation of the whole year."""
        return self.runs["2026"]

    def indices(
        self, source: estimate.Selector | str, round_: str = "2026", **more: object
    ) -> dict[str, estimate.Index]:
        """Index of each body, by its code."""
        codes = {number: code for code, number in self.units.items()}
        found = estimate.indices(self.runs[round_], source=source, **more)  # type: ignore[arg-type]  # a test's wishes
        return {codes[index.unit_id]: index for index in found}

    def rate(self, counter: str, month: int, levels: Sequence[int], *, channel: int = 3, group: str = "") -> list[str]:
        """Ratings at a counter on the fifteenth of a month."""
        return self.say(
            rounds.standing("W1"), "W1", counter[0], levels, date(2026, month, 15), channel=channel, group_code=group,
            window_id=self.windows[counter],
        )  # fmt: skip

    def say(
        self, collection: int, form: str, body: str, levels: Sequence[int], day: date = OPENS, **more: object
    ) -> list[str]:
        """Answers to a form's overall question about a body: levels, or scores where the form has them."""
        first = "W-E1" if form == "W1" else f"{form}-1"
        kind = "score" if form in ("H", "L") else "level"
        values = {"channel": 1, "unit_id": self.units[body], **more}
        return collect.add_responses(
            collect.NewResponse(collection, day, form, answers=[collect.NewAnswer(first, **{kind: one})], **values)
            for one in levels
        )

    def collect(self, kind: str, form: str, group: str = "") -> int:
        """A collection that ends on the first day of the year, named after what it is."""
        code = "-".join(filter(None, (kind, form, group)))
        last = OPENS if kind in ("poll", "panel") else None
        made = rounds.add_collection(rounds.NewCollection(code, f"征集{code}", kind, form, group, (), None, last))
        self.collections[code] = made.id
        return made.id

    def wave(self, name: str, sizes: dict[str, int], asked: int, closes_on: date, group: str) -> sample.Wave:
        """An open poll of so many people by area."""
        source = sample.FrameSource(f"名单{name}", "统计局", OPENS, "编号", ("区域",))
        cases = [sample.Case(f"{area}{i}", (area,)) for area, size in sizes.items() for i in range(size)]
        frame = sample.add_frame(source, cases)
        made = sample.add_wave(name, frame_id=frame.id, opens_on=OPENS, closes_on=closes_on, group=group)
        sample.lock_design(made.id, sample.DesignChoice(columns=("区域",), total=asked, minimum=2, reserve_share=0))
        sample.draw(made.id, "2026")
        opened = sample.open_wave(made.id)
        self.collections[name] = opened.collection_id
        return opened


def found_county(settings: Settings) -> Iterator[County]:
    """Build it in an empty database."""
    app = create_app(with_forms(settings, panel_forms()))
    app.test_client_class = Client
    county = County(app)
    with app.app_context():
        new = [units.NewUnit(code, name, kind, CLASSES[kind]) for code, (name, kind) in BODIES.items()]
        county.units = units.add_units(new)
        county.windows = units.add_windows([units.NewWindow(c[0], c, name) for c, name in COUNTERS.items()])
        _rate(county)
        _collect(county)
        _ask(county)
        _compute(county)
    yield county
    app.extensions["engine"].dispose()


def _rate(county: County) -> None:
    """At counters: A by cases, B without any, C more than cases, D too few, E nobody."""
    cases = {("A-1", 1): 90, ("A-2", 1): 10, ("A-1", 2): 100, ("C-1", 3): 20, ("E-1", 1): 50, ("A-1", 4): 0}
    units.set_caseload([(county.windows[c], date(2026, month, 1), n) for (c, month), n in cases.items()])
    county.rate("A-1", 1, [5] * 7 + [3] * 2 + [0])
    county.rate("A-2", 1, [4] * 5 + [1] * 5, channel=1)
    county.rate("B-1", 1, [5] * 10, group="enterprise")
    county.rate("B-1", 2, [5] * 10 + [4] * 10, group="居民")
    county.rate("B-1", 3, [4] * 10)
    county.rate("C-1", 3, [5] * 15 + [2] * 15)
    county.rate("D-1", 1, [5, 4, 3, 2])
    held = county.rate("B-1", 3, [1] * 10)
    gone = county.rate("B-1", 3, [1] * 3)
    collect.set_states({**dict.fromkeys(held, "held"), **dict.fromkeys(gone, "excluded")})


def _collect(county: County) -> None:
    """Answers that nobody drew, and two panels that give scores."""
    county.say(county.collect("online", "F4"), "F4", "A", [4] * 6 + [3] * 3 + [2] * 2 + [1] + [0] * 3)
    street = county.collect("open", "X10")
    county.say(street, "X10", "A", [10, 9, 8, 7, 6], group_code="群众")
    county.say(street, "X10", "A", [5, 4, 3, 2, 1], group_code="企业")
    county.say(street, "X10", "B", [10] * 40)
    deputies, cppcc = county.collect("panel", "H", "deputies"), county.collect("panel", "H", "cppcc")
    for body, scores in (("A", [90, 80, 70, 60, 100]), ("B", [50, 60, 70, 80, 90]), ("C", [100] * 5), ("D", [1, 2])):
        county.say(deputies, "H", body, scores)
    for body in ("A", "B"):
        county.say(cppcc, "H", body, [95] * 6)
    files = county.collect("import", "T3")
    county.say(files, "T3", "A", [3, 3, 2], stratum="北", selection_factor=2.0)
    county.say(files, "T3", "A", [1, 1, 1], stratum="南")
    county.say(files, "T3", "A", [2], stratum="东")


def _ask(county: County) -> None:
    """Three polls: residents in July and December, and enterprises."""
    july = county.wave("七月", {"城区": 100, "农村": 50}, 15, date(2026, 7, 31), "residents")
    december = county.wave("十二月", {"城区": 60}, 10, date(2026, 12, 20), "residents")
    firms = county.wave("企业", {"园区": 30}, 10, date(2026, 7, 31), "enterprises")
    for wave, area, n in ((july, "城区", 6), (july, "农村", 4), (december, "城区", 10), (firms, "园区", 6)):
        _complete(wave, area, n)
    asked = {"stratum": "城区", "channel": 11}
    county.say(july.collection_id, "G", "A", [5, 5, 4, 4, 3, 3], **asked)
    county.say(july.collection_id, "G", "A", [5] * 4, **{**asked, "stratum": "农村"})
    county.say(july.collection_id, "G", "B", [4] * 3, **{**asked, "stratum": "荒野"})
    county.say(december.collection_id, "G", "A", [5] * 5 + [4] * 5, **{**asked, "channel": 12})
    county.say(firms.collection_id, "G", "B", [5] * 6, stratum="园区")


def _complete(wave: sample.Wave, area: str, n: int) -> None:
    """Use up so many personal links of a stratum."""
    links = [link for link in sample.links(wave.id) if link.stratum == area][:n]
    with engine().connect() as connection:
        tokens = [link.url.rsplit("/", 1)[1] for link in links]
        found = [(sample.find_invitation(connection, token, OPENS).id, token) for token in tokens]
    session().commit()
    with engine().begin() as connection:
        for number, token in found:
            assert sample.use_link(connection, number, token, partial=False)


def _compute(county: County) -> None:
    """The year; its first quarter; the year of class 2; the year with its waves pooled by shares, and as one."""
    codes = {one.id: one.code for one in rounds.collections()}
    shares = tuple((codes[county.collections[name]], share) for name, share in (("七月", 40.0), ("十二月", 60.0)))
    residents = frozenset(county.collections[name] for name in ("七月", "十二月"))
    for code, name, last, more in (
        ("2026", "全年评议", CLOSES, {}),
        ("2026-1", "一季度", date(2026, 3, 31), {}),
        ("2026-c", "中直单位", CLOSES, {"units": rounds.UnitChoice("classes", ("2",))}),
        ("2026-s", "按占比合成", CLOSES, {"collection_ids": residents, "pooling": rounds.Pooling("shares", shares)}),
        ("2026-t", "合并计算", CLOSES, {"collection_ids": residents, "pooling": rounds.Pooling("together")}),
    ):
        made = rounds.add_round(code, name, OPENS, last, **more)
        county.runs[code] = estimate.compute(made.id).id
        estimate.release(county.runs[code])
