"""Words that belong to what is asked and travel with it: in Chinese, and in English where somebody gave them."""

from __future__ import annotations

from dataclasses import dataclass

ENGLISH = "en"


@dataclass(frozen=True)
class Words:
    """The same thing said in both languages."""

    zh: str
    en: str = ""

    def __str__(self) -> str:
        return self.zh

    def said(self, language: str) -> str:
        """
        >>> Words("民意调查", "Opinion poll").said("en"), Words("民意调查").said("en")
        ('Opinion poll', '民意调查')
        """
        return self.en if language == ENGLISH and self.en else self.zh


NO_WORDS = Words("")
