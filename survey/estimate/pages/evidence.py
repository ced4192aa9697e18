"""Which of a run's answers are meant: its evidence in tabs, what narrows a tab, and the words for both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from survey.base.people.roles import Viewer
from survey.base.web.languages import is_english
from survey.estimate import selecting, service
from survey.estimate.material import choices, sources
from survey.estimate.run import runs
from survey.estimate.run.context import RunCollection
from survey.estimate.values import Run, Selector
from survey.questions import service as questions
from survey.questions.service import CHANNEL_NAMES, SOURCE_NAMES
from survey.rounds import service as rounds


@dataclass(frozen=True)
class Tab:
    """One piece of a run's evidence to choose."""

    title: str
    selector: Selector
    chosen: bool


@dataclass(frozen=True)
class Narrowing:
    """A select that narrows the chosen piece of evidence."""

    name: str
    label: Any
    everything: Any
    options: list[tuple[Any, str]]
    chosen: str


def narrowed(selector: Selector) -> dict[str, Any]:
    """A selector as values of an address."""
    return {
        "source": selector.kind,
        "group": list(selector.groups) or "",
        "collection": list(selector.collections) or "",
        "channel": list(selector.channels) or "",
        "form": selector.form,
    }


def language() -> str:
    return "en" if is_english() else "zh"


def group_names() -> dict[str, str]:
    """What a group of raters is called, by its code and by what it is called elsewhere."""
    said = language()
    return {code: words.said(said) for code, words in rounds.group_names().items()}


def _form_names() -> dict[str, str]:
    said = language()
    return {code: form.title(said) for code, form in questions.newest().items()}


def collections_of(run: Run, selector: Selector) -> list[RunCollection]:
    """The collections that the answers come from, as they stood when the run was made."""
    return sources.collections_of(runs.snapshot(run.id), selector)


def shares_of(run: Run, selector: Selector) -> list[tuple[str, float]]:
    """Title and share of each wave, where several are pooled by stated shares."""
    found = collections_of(run, selector)
    shares = selecting.shares_of(found, selector, runs.snapshot(run.id).context.pooling)
    return [(one.title, shares[one.id]) for one in found if one.id in shares]


def title_of(run: Run, selector: Selector) -> str:
    """The selected answers in words, such as "Panels · 人大代表"."""
    groups, forms = group_names(), _form_names()
    return " · ".join(
        [
            str(SOURCE_NAMES.get(selector.kind, selector.kind)),
            *(groups.get(group, group) for group in selector.groups),
            *(one.title for one in collections_of(run, selector) if selector.collections),
            *(str(CHANNEL_NAMES.get(channel, channel)) for channel in selector.channels),
            *([forms.get(selector.form, selector.form)] if selector.form else []),
        ]
    )


def pieces_of(run: Run) -> list[Selector]:
    """The run's evidence, in pieces that nothing mixes."""
    return [piece.selector for piece in service.evidence(run.id)]


def tabs(run: Run, selector: Selector, pieces: Iterable[Selector]) -> list[Tab]:
    """The pieces to choose from, with the one that the selected answers belong to."""
    chosen = piece_of(selector, pieces)
    return [Tab(title_of(run, piece), piece, piece == chosen) for piece in pieces]


def piece_of(selector: Selector, pieces: Iterable[Selector]) -> Selector | None:
    """The narrowest piece that holds everything selected.

    >>> whole, wave = Selector("poll"), Selector("poll", (), ("2026-07",))
    >>> piece_of(Selector("poll", (), ("2026-07",), (11,)), [whole, wave]) == wave
    True
    >>> piece_of(Selector("poll", ("residents",)), [whole, wave]) == whole
    True
    """
    holding = [
        piece
        for piece in pieces
        if piece.kind == selector.kind
        and (not piece.groups or piece.groups == selector.groups)
        and (not piece.collections or piece.collections == selector.collections)
    ]
    return max(holding, key=lambda piece: (len(piece.collections) > 0, len(piece.groups) > 0), default=None)


def narrowings(run: Run, selector: Selector, viewer: Viewer) -> list[Narrowing]:
    """The selects that the chosen piece leaves open, for those who see every unit."""
    piece = piece_of(selector, pieces_of(run))
    if piece is None or not viewer.sees_all:
        return []
    found = choices.choices(runs.snapshot(run.id), piece)
    groups, forms = group_names(), _form_names()
    group = "" if piece.groups else "".join(selector.groups[:1])
    collection = "" if piece.collections else "".join(selector.collections[:1])
    channel = "".join(map(str, selector.channels[:1]))
    of_groups = [(code, groups.get(code, code)) for code in found.groups]
    of_forms = [(code, forms.get(code, code)) for code in found.forms]
    of_channels = [(number, str(CHANNEL_NAMES.get(number, number))) for number in found.channels]
    titles = [(one.code, one.title) for one in found.collections]
    every = [
        Narrowing("group", gettext("Group"), gettext("All groups"), of_groups, group),
        Narrowing("collection", gettext("Collection"), gettext("All collections"), titles, collection),
        Narrowing("form", gettext("Questionnaire"), gettext("All questionnaires"), of_forms, selector.form),
        Narrowing("channel", gettext("Channel"), gettext("All channels"), of_channels, channel),
    ]
    return [each for each in every if each.options]


def settled(run: Run, selector: Selector) -> list[tuple[str, str]]:
    """What the chosen piece has settled: hidden values of the form that narrows it."""
    piece = piece_of(selector, pieces_of(run)) or selector
    return [
        ("source", piece.kind),
        *(("group", group) for group in piece.groups),
        *(("collection", code) for code in piece.collections),
    ]
