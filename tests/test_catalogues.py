"""Every sentence is said in Chinese, and says the same things."""

from __future__ import annotations

import re

import pytest

from survey import catalogues
from survey.catalogues import LANGUAGES, ROOMS

PLACE = re.compile(r"%\((\w+)\)[a-z]|%[sd]")


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_of_a_room_is_said_in_chinese(room):
    assert catalogues.missing(room) == [], f"translate them in {catalogues.po_path(room, 'zh_Hans').name}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_a_catalogue_knows_the_sentences_of_its_room_and_no_others(room, language):
    said = {(message.id, message.context) for message in catalogues.catalogue_of(room, language) if message.id}
    meant = {(message.id, message.context) for message in catalogues.template_of(room) if message.id}
    assert said == meant, f"run: ./run messages (or python -m survey.catalogues extract {room})"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_a_translation_fills_in_the_same_values(room, language):
    for message in catalogues.catalogue_of(room, language):
        originals = [message.id] if isinstance(message.id, str) else list(message.id)
        translations = [message.string] if isinstance(message.string, str) else list(message.string)
        for translation in translations if message.id else ():
            places = [set(PLACE.findall(original)) for original in originals]
            # a singular may leave its number out: "one answer"
            assert not translation or set(PLACE.findall(translation)) in places, message.id


def test_an_unknown_room_is_named_with_the_rooms_there_are(capsys):
    with pytest.raises(SystemExit):
        catalogues.main(["missing", "kitchen"])
    assert "there is no room kitchen; the rooms are base, questions, units" in capsys.readouterr().err


def test_a_sentence_is_kept_when_the_source_changes_around_it(tmp_path, monkeypatch):
    page = tmp_path / "templates" / "units" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text('{{ _("Counter") }} {{ ngettext("%(num)s code", "%(num)s codes", n) }}', encoding="utf-8")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "TRANSLATIONS", tmp_path / "translations")
    assert catalogues.extract_room("units", "zh_Hans")
    po = catalogues.po_path("units", "zh_Hans")
    po.write_text(
        po.read_text().replace('msgid "Counter"\nmsgstr ""', 'msgid "Counter"\nmsgstr "窗口"'), encoding="utf-8"
    )
    page.write_text('{{ _("Counter") }} {{ _("Office") }}', encoding="utf-8")
    assert catalogues.extract_room("units", "zh_Hans")
    assert not catalogues.extract_room("units", "zh_Hans")
    assert catalogues.catalogue_of("units", "zh_Hans")["Counter"].string == "窗口"
    assert catalogues.missing("units") == ["Office"]
    assert [path.name for path in catalogues.compile_stale()] == ["units.mo"]
    assert catalogues.compile_stale() == []


def test_rooms_say_the_same_sentence_in_the_same_words():
    """All catalogues share one name space: two wordings of one sentence would be decided by the order of loading."""
    wordings: dict[tuple[str, str | None], set[str]] = {}
    for room in ROOMS:
        for message in catalogues.catalogue_of(room, "zh_Hans"):
            if message.id:
                wordings.setdefault((str(message.id), message.context), set()).add(str(message.string))
    assert {sentence: said for sentence, said in wordings.items() if len(said) > 1} == {}
