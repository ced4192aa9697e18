"""The door of `sample`: frames, waves, draws, personal links, fieldwork. Here, and only here, work is committed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from survey.base.people import audit
from survey.base.store import kept_files
from survey.base.store.database import commit, engine
from survey.base.store.jobs import Progress
from survey.base.store.log_cleaning import empty_log
from survey.sample.design.draw import design_hash
from survey.sample.design.plan import DesignChoice, Plan, plan
from survey.sample.design.record import repeat_from_file
from survey.sample.fieldwork import outcomes
from survey.sample.fieldwork.cases import cases
from survey.sample.fieldwork.outcomes import DISPOSITION_NAMES
from survey.sample.fieldwork.rates import overall, strata, wave_design
from survey.sample.frame import frames as frame_deeds
from survey.sample.frame.frames import contacts, frame, frames, stratum_sizes
from survey.sample.frame.importing import Case, FrameSource, guess_role, read_cases
from survey.sample.values import Frame, Invitation, Link, SampleDesign, Wave, WaveDesign
from survey.sample.wave import removing
from survey.sample.wave import waves as wave_deeds
from survey.sample.wave.drawn import record, repeat
from survey.sample.wave.links import find_invitation, links
from survey.sample.wave.used import settle, use_link
from survey.sample.wave.waves import waves

__all__ = [
    "DISPOSITION_NAMES",
    "Case",
    "DesignChoice",
    "Frame",
    "FrameSource",
    "Invitation",
    "Link",
    "Plan",
    "SampleDesign",
    "Wave",
    "WaveDesign",
    "add_frame",
    "add_wave",
    "call_up",
    "cases",
    "close_wave",
    "contacts",
    "design_hash",
    "draw",
    "find_invitation",
    "forget_contacts",
    "frame",
    "frames",
    "guess_role",
    "import_dispositions",
    "import_frame",
    "links",
    "lock_design",
    "note_download",
    "open_wave",
    "overall",
    "plan",
    "read_cases",
    "record",
    "record_answered",
    "remove_demo",
    "remove_frame",
    "remove_wave",
    "repeat",
    "repeat_from_file",
    "set_disposition",
    "strata",
    "stratum_sizes",
    "use_link",
    "wave",
    "wave_design",
    "waves",
]


def wave(wave_id: int) -> Wave:
    return wave_deeds.wave_value(wave_deeds.stored(wave_id))


def import_frame(data: bytes, source: FrameSource, progress: Progress | None = None) -> Frame:
    """Store a list from a CSV or XLSX file, whole or not at all."""
    return add_frame(source, read_cases(data, source), progress)


def add_frame(source: FrameSource, cases: Sequence[Case], progress: Progress | None = None) -> Frame:
    """Store a list of cases; `values` of each case stand in the order of `source.columns`."""
    found = frame_deeds.store(source, cases, progress)
    commit()
    return found


def forget_contacts(frame_id: int) -> None:
    """Delete a frame's contact details for good."""
    frame_deeds.forget_contacts(frame_id)
    commit()


def remove_frame(frame_id: int) -> None:
    """Delete a frame that no wave uses."""
    frame_deeds.remove(frame_id)
    commit()


def add_wave(
    name: str,
    *,
    frame_id: int,
    opens_on: date,
    closes_on: date,
    kind: str = "poll",
    questionnaire: str = "G",
    group: str = "",
    unit_ids: Collection[int] = (),
) -> Wave:
    """Make a wave in draft.

    Args:
        name: its name, unlike every other wave's.
        frame_id: the list it is drawn from.
        opens_on: first day.
        closes_on: last day on which personal links work.
        kind: "poll" for a sample, "panel" for everybody on the list.
        questionnaire: code of the questionnaire.
        group: respondent group.
        unit_ids: bodies that are asked about; empty = every active one.
    """
    made = wave_deeds.add(
        name,
        frame_id=frame_id,
        kind=kind,
        questionnaire=questionnaire,
        opens_on=opens_on,
        closes_on=closes_on,
        group=group,
        unit_ids=unit_ids,
    )
    commit()
    return wave_deeds.wave_value(made)


def lock_design(wave_id: int, choice: DesignChoice) -> Plan:
    """Fix a wave's design; from then on only the seed is open."""
    found = wave_deeds.stored(wave_id)
    made = plan(found.frame_id, choice)
    wave_deeds.lock(found, made.design)
    commit()
    return made


def draw(wave_id: int, seed: str) -> Wave:
    """Draw a wave whose design is locked, with the announced seed."""
    found = wave_deeds.stored(wave_id)
    wave_deeds.draw(found, seed)
    commit()
    return wave_deeds.wave_value(found)


def open_wave(wave_id: int) -> Wave:
    """Let personal links work."""
    return _move(wave_id, "open")


def close_wave(wave_id: int) -> Wave:
    """End a wave and destroy the encrypted copies of its links."""
    return _move(wave_id, "closed")


def _move(wave_id: int, to: str) -> Wave:
    settle(wave_id)
    found = wave_deeds.stored(wave_id)
    wave_deeds.move(found, to)
    commit()
    if to == "closed":
        empty_log(engine())
        for name in kept_files.named(wave=wave_id):  # waiting letters hold the wave's links
            kept_files.drop(name)
    return wave_deeds.wave_value(found)


def call_up(wave_id: int, stratum: str, count: int) -> int:
    """Make the next reserve cases of a stratum active; says how many there were."""
    called = wave_deeds.call_up(wave_deeds.stored(wave_id), stratum, count)
    commit()
    return called


def remove_wave(wave_id: int) -> None:
    """Delete a wave that was not drawn."""
    wave_deeds.remove(wave_deeds.stored(wave_id))
    commit()


def set_disposition(wave_id: int, invitation_id: int, disposition: str) -> None:
    """Record what became of one case."""
    settle(wave_id)
    outcomes.set_disposition(wave_deeds.stored(wave_id), invitation_id, disposition)
    commit()


def record_answered(wave_id: int, letters: Mapping[str, str]) -> None:
    """Mark cases (key -> I or P) whose answers the caller stores in the same transaction; the caller commits."""
    outcomes.record_answered(wave_deeds.stored(wave_id), letters)


def import_dispositions(wave_id: int, data: bytes, *, dry_run: bool = False) -> int:
    """Record many outcomes, all or nothing; says how many change."""
    changed = outcomes.import_dispositions(wave_deeds.stored(wave_id), data, dry_run=dry_run)
    if not dry_run:
        commit()
    return changed


def note_download(wave_id: int, what: str) -> None:
    """Keep on record that personal links left the house."""
    audit.record("wave.downloaded", wave_deeds.stored(wave_id).name, what=what)
    commit()


def remove_demo() -> None:
    """Remove all simulated waves with their collections, and their lists."""
    removing.remove_simulated()
    commit()
