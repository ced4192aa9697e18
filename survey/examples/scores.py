"""What the office would have done by now: some replies, a few answers held, indices, two sheets, one of them frozen."""

from __future__ import annotations

from collections.abc import Iterator

from survey.base.people.roles import SYSTEM, Role, Viewer
from survey.estimate import service as estimate
from survey.examples import simulation as made_up
from survey.examples.answers import Bodies
from survey.followup import service as followup
from survey.score import service as score
from survey.screen import service as screen

SCHEMES = ("anhui-2012", "taizhou-2013")
#: external value -> what it is out of
SUPPLIED = {
    "anhui-2012": {"core": 300.0, "lawful": 200.0, "conduct": 100.0, "economy": 600.0},
    "taizhou-2013": {"work": 100.0},
}
#: values that only the last class has, and values that it has not
ONLY_LAST_CLASS, NOT_LAST_CLASS, LAST_CLASS = {"economy"}, {"core", "lawful", "conduct"}, "4"
REPLY = "已核实：当日一名工作人员请假，窗口未及时补位。现已实行顶岗制度，并在大厅公示咨询电话。"
HELD_BECAUSE = "同一窗口短时间内集中出现，待核实是否有人代点"
REPLIES, HELD, PROPOSED = 40, 6, 4
#: two people of the office: nobody holds an answer or freezes a sheet alone
FIRST, SECOND = (Viewer(0, name, frozenset({Role.OFFICE}), frozenset()) for name in ("演示甲", "演示乙"))


def load(bodies: Bodies, round_id: int) -> None:
    """Replies and held answers, then indices and sheets on top of them."""
    _replies_and_holds(round_id)
    for code in SCHEMES:
        score.set_values(round_id, code, _values(bodies, code))
    estimate.release(estimate.compute(round_id).id, viewer=FIRST)
    sheets = [score.make_sheet(round_id, code) for code in SCHEMES]
    score.ask_to_freeze(sheets[-1], FIRST)
    score.freeze(sheets[-1], SECOND)
    _propose_more()


def _values(bodies: Bodies, scheme: str) -> Iterator[score.NewValue]:
    for code, most in SUPPLIED[scheme].items():
        points = made_up.external_points(bodies.quality, f"{scheme} {code}", most)
        for unit, value in zip(bodies.units, points.tolist(), strict=True):
            is_last = unit.class_code == LAST_CLASS
            if (code in ONLY_LAST_CLASS and not is_last) or (code in NOT_LAST_CLASS and is_last):
                continue
            yield score.NewValue(code, unit.id, value)


def _replies_and_holds(round_id: int) -> None:
    """Answer some bad ratings and hold a few; the random keys differ from load to load, the numbers do not."""
    found, _ = followup.cases(SYSTEM, size=REPLIES + HELD)
    followup.reply_many({case.key: REPLY for case in found[:REPLIES]}, SYSTEM)
    screen.hold([case.key for case in found[REPLIES:]], HELD_BECAUSE, FIRST)
    screen.decide_many([decision.id for decision in screen.pending()], confirm=True, viewer=SECOND)


def _propose_more() -> None:
    """Some proposals wait, so that whoever tries the product has something to decide."""
    found, _ = followup.cases(SYSTEM, size=REPLIES + HELD + PROPOSED)
    screen.hold([case.key for case in found[REPLIES + HELD :]], HELD_BECAUSE, FIRST)
