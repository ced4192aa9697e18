"""The door of `questions`: what is asked, on which scale, with which points, and how people came to answer."""

from __future__ import annotations

from survey.questions.channels import CHANNEL_CODES, CHANNEL_NAMES, CHANNELS, FILE, QR, SMS
from survey.questions.exchange import MAPPING_NAMES, levels_of
from survey.questions.form.categories import CATEGORIES
from survey.questions.form.editions import (
    editions,
    for_use,
    level_words,
    newest,
    overall_questions,
    points_of,
    questionnaire,
    require_form,
    scale_of_question,
)
from survey.questions.form.questionnaire import Question, Questionnaire
from survey.questions.form.tags import all_tags
from survey.questions.form.wording import unneutral_words
from survey.questions.level_bar import LevelBar
from survey.questions.points import PointsFault, PointsTable
from survey.questions.scale import CANNOT_SAY, FIVE, SCALES, Scale
from survey.questions.sources import DRAWN, OPEN_TO_UNITS, SELF_SELECTED, SOURCE_NAMES, SOURCES
from survey.questions.words import Words

__all__ = [
    "CANNOT_SAY",
    "CATEGORIES",
    "CHANNELS",
    "CHANNEL_CODES",
    "CHANNEL_NAMES",
    "DRAWN",
    "FILE",
    "FIVE",
    "MAPPING_NAMES",
    "OPEN_TO_UNITS",
    "QR",
    "SCALES",
    "SELF_SELECTED",
    "SMS",
    "SOURCES",
    "SOURCE_NAMES",
    "LevelBar",
    "PointsFault",
    "PointsTable",
    "Question",
    "Questionnaire",
    "Scale",
    "Words",
    "all_tags",
    "editions",
    "for_use",
    "level_words",
    "levels_of",
    "newest",
    "overall_questions",
    "points_of",
    "questionnaire",
    "require_form",
    "scale_of_question",
    "unneutral_words",
]
