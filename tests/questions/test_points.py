"""Points of levels: how people write them, what is no points table, and how they are written again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questions.points import falls
from survey.questions.service import SCALES, PointsFault, PointsTable

FIVE, FOUR, THREE, TWO = (5, 4, 3, 2, 1), (4, 3, 2, 1), (3, 2, 1), (2, 1)


@pytest.mark.parametrize(
    ("text", "levels", "points"),
    [
        ("100/80/60/30/0", FIVE, (100, 80, 60, 30, 0)),
        ("100／80／60／30／0", FIVE, (100, 80, 60, 30, 0)),
        ("100、80、60、30、0", FIVE, (100, 80, 60, 30, 0)),
        ("100,80,60,30,0", FIVE, (100, 80, 60, 30, 0)),
        ("100，80，60，30，0", FIVE, (100, 80, 60, 30, 0)),
        (" 100 / 80,60、 30 /0 ", FIVE, (100, 80, 60, 30, 0)),
        ("100/70/30", FIVE, (100, 100, 70, 30, 30)),
        ("100/70/30", THREE, (100, 70, 30)),
        ("95.5/80/60/30", FOUR, (95.5, 80, 60, 30)),
        ("10/0", TWO, (10, 0)),
        ("100/100/100/0/0", FIVE, (100, 100, 100, 0, 0)),
        ("0.1/0", TWO, (0.1, 0)),
        ("100/99.9", TWO, (100, 99.9)),
    ],
)
def test_points_are_read_as_people_write_them(text: str, levels: tuple[int, ...], points: tuple[float, ...]) -> None:
    table = PointsTable.parse(text, levels)
    assert table.pairs == tuple(zip(levels, points, strict=True))
    assert table.levels == levels
    assert all(isinstance(each, float) for _level, each in table.pairs)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("", FIVE),
        ("/", TWO),
        ("100/80/60/30/", FIVE),
        ("hundred/80/60/30/0", FIVE),
        ("100 80 60 30 0", FIVE),
        ("100;80;60;30;0", FIVE),
        ("100/80/60/30", FIVE),
        ("100/80/60/30/10/0", FIVE),
        ("100/70/30", FOUR),
        ("100/70/30", TWO),
        ("100/80/60/30/0", THREE),
        ("100", (1,)),
    ],
)
def test_what_is_no_list_of_points_for_these_levels_is_refused(text: str, levels: tuple[int, ...]) -> None:
    with pytest.raises(PointsFault):
        PointsTable.parse(text, levels)


@pytest.mark.parametrize("text", ["100/nan", "inf/0", "100/-inf", "nan/nan"])
def test_points_are_finite_numbers(text: str) -> None:
    with pytest.raises(PointsFault, match=r"nan|inf"):
        PointsTable.parse(text, TWO)


@pytest.mark.parametrize(
    ("numbers", "falling"),
    [
        ([100, 0], True),
        ([100.0001, 0], False),
        ([100, -0.0001], False),
        ([100, 50, 50, 0], True),
        ([100, 50, 50.1, 0], False),
        ([50, 60], False),
        ([70, 70, 70], False),
        ([0, 0], False),
        ([1, 0], True),
        ([100, 100, 99], True),
        ([100, 0, 0, 1], False),
    ],
)
def test_a_better_level_never_brings_fewer_points(numbers: list[float], falling: bool) -> None:
    levels = tuple(range(len(numbers), 0, -1))
    assert falls(numbers) is falling
    if falling:
        assert PointsTable.of_numbers(numbers, levels).pairs == tuple(zip(levels, numbers, strict=True))
    else:
        with pytest.raises(PointsFault):
            PointsTable.of_numbers(numbers, levels)


def test_the_fault_says_which_points_were_meant() -> None:
    with pytest.raises(PointsFault, match=r"^30/80/100$"):
        PointsTable.parse("30/80/100", THREE)
    with pytest.raises(PointsFault, match=r"^100/viel$"):
        PointsTable.parse("100/viel", TWO)
    with pytest.raises(PointsFault, match=r"^100/30/30/30/30/5\.5$"):
        PointsTable.of_numbers([100, 30, 30, 30, 30, 5.5], FIVE)


def test_points_by_level_name_exactly_the_levels() -> None:
    assert PointsTable.of_mapping({1: 30, 3: 100, 2: 70}, THREE).pairs == ((3, 100.0), (2, 70.0), (1, 30.0))
    for points in ({3: 100, 2: 70}, {3: 100, 2: 70, 1: 30, 0: 0}, {}, {3: 100, 2: 70, 4: 30}):
        with pytest.raises(PointsFault, match=r"^\{"):
            PointsTable.of_mapping(points, THREE)
    with pytest.raises(PointsFault, match=r"^30/70/100$"):
        PointsTable.of_mapping({3: 30, 2: 70, 1: 100}, THREE)


def test_each_level_has_its_points_and_nothing_else_has_any() -> None:
    table = PointsTable.parse("100/80/60/30", FOUR)
    assert [table.of(level) for level in (4, 3, 2, 1)] == [100.0, 80.0, 60.0, 30.0]
    assert [table.of(level) for level in (0, 5, -1)] == [None, None, None]


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((100, 0), "100/0"), ((99.5, 33.25), "99.5/33.25"), ((100, 1 / 3), "100/0.333333"), ((1, 0.5), "1/0.5")],
)
def test_points_are_written_without_needless_zeros(numbers: tuple[float, ...], text: str) -> None:
    assert PointsTable.of_numbers(numbers, TWO).text == text


@pytest.mark.parametrize("code", SCALES)
@given(st.data())
def test_what_is_written_is_read_again_as_the_same_points(code: str, data: st.DataObject) -> None:
    levels = SCALES[code].levels
    sizes = st.lists(st.integers(0, 100), min_size=len(levels), max_size=len(levels)).map(sorted)
    numbers = data.draw(sizes.filter(lambda found: found[0] < found[-1]))[::-1]
    table = PointsTable.of_numbers(numbers, levels)
    assert PointsTable.parse(table.text, levels) == table
    assert PointsTable.of_mapping(dict(table.pairs), levels) == table
