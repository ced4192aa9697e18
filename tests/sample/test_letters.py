"""A real decoder reads every letter's code, and the letter names nobody else's link."""

from __future__ import annotations

from datetime import date

import pypdfium2
import zxingcpp
from flask import Flask
from PIL import Image

from survey.sample import service
from survey.sample.wave import letters
from tests.sample.conftest import CHOICE, MakeWave


def test_every_code_on_a_letter_opens_that_persons_link(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        wanted = letters.collect(wave, service.links(wave.id), stratum="城镇 / 居民")
        assert 0 < len(wanted) < CHOICE.total
        document = pypdfium2.PdfDocument(letters.pdf(wave, wanted, date(2026, 3, 1), mark="演示数据"))
    assert len(document) == len(wanted)
    for page, letter in zip(document, wanted, strict=True):
        picture: Image.Image = page.render(scale=150 / 72).to_pil()
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [letter.url]
        words = page.get_textpage().get_text_bounded()
        assert letter.name in words and letter.address in words and letter.url in words
        assert "自愿" in words and "演示数据" in words


def test_a_person_without_a_name_gets_a_letter_too(app: Flask, make_wave: MakeWave) -> None:
    with app.app_context():
        wave = make_wave()
        letter = letters.Letter("c1", "城镇", "https://满意度.example/p/abcdefghijklmnopqrstuv")
        page = pypdfium2.PdfDocument(letters.pdf(wave, [letter], date(2026, 3, 1)))[0]
        assert "受访者" in page.get_textpage().get_text_bounded()
