"""What a password has to be (after OWASP's ASVS 5, V6.2), and how it is kept: as an Argon2 hash.

Long enough and not easy to guess; nothing is asked about kinds of characters, nothing expires, any letter of any
writing may stand in it, and it is compared exactly as it was typed. What is easy to guess is found by zxcvbn, which
ships the 30,000 passwords that people use most, with names and words, and sees them in longer ones too, so that adding
a year to one helps nobody. To its lists come the words of an installation and those by which Chinese readers guess.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask_babel import gettext
from zxcvbn import zxcvbn

from survey.base.errors import Refused

SHORTEST, LONGEST = 10, 200
#: of a long password so much is weighed: the rest makes it no easier
WEIGHED = 72
#: a password that takes fewer guesses is refused; the brake lets fewer than 2,000 a day through
FEWEST_GUESSES = 1e9
#: what has to be left of a password once its owner's names and those of the house are taken out
LEFT = 8
#: names of the product, in the words of its pages
PRODUCT = ("满意度测评", "满意度", "测评", "考评", "manyidu", "ceping", "kaoping", "satisfaction", "survey")
#: words in Latin letters that zxcvbn's lists, made from English, do not have
PINYIN = (
    "wo ai ni woaini woai aini zhongguo zhonghua beijing shanghai guangzhou shenzhen china nihao mima guanli "
    "guanliyuan renmin zhengfu gongzuo bangong jixiao baobao laopo laogong mama baba feng long hu tian di ren "
    "wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han "
    "tang yu dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan du dai xia "
    "zhong tian ren fan fang shi yao tan liao zou xiong jin hao kong bai cui kang mao qiu qin gu hou shao meng wan "
    "ming hua jun jie qiang lei yong bin bo chao hong ping gang jian jing min fei na lan mei juan ying ling xin "
    "xiaoming xiaohong wangwei lihua zhangsan lisi wangwu"
)


def as_served() -> PasswordHasher:
    """OWASP's minimum for Argon2id, kind to small machines."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


hasher = as_served()


def hashed(password: str) -> str:
    """What is kept of a password."""
    return hasher.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """As slow for a name that does not exist, so that time does not tell which names do."""
    if kept is None:
        hasher.hash(password)
        return False
    try:
        return hasher.verify(kept, password)
    except VerificationError:
        return False


def given() -> str:
    """A password to hand over once: 20 characters, about 100 bits."""
    return random_words(4, 5)


def random_words(groups: int, length: int) -> str:
    """Groups of characters that nobody mistakes for each other."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(length)) for _ in range(groups))


def check(password: str, names: Iterable[str]) -> None:
    """Refuse a password that is short or easy to guess.

    Args:
        password: as its owner wants it.
        names: of the owner, of the owner's units.

    Raises:
        Refused: it is not good enough; the sentence says what to do.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(
            gettext("A password has %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST),
            remedy=gettext("Several words with blanks between them are easy to keep in mind."),
        )
    known = [*names, *PRODUCT]
    if is_made_of(password, known):
        raise Refused(
            gettext("This password is made of names that everybody here knows: yours, your units', the product's."),
            remedy=gettext("Choose words that have nothing to do with them."),
        )
    if guesses(password, known) < FEWEST_GUESSES:
        raise Refused(
            gettext("This password is easy to guess: many people use it, or it follows a pattern."),
            remedy=gettext("Put several words together that do not belong together, or make it longer."),
        )


def is_made_of(password: str, names: Iterable[str]) -> bool:
    """Whether too little is left of a password when the names in it are taken out.

    >>> is_made_of("zhang.wei-2026", ["Zhangwei"]), is_made_of("familiar things", ["li"]), is_made_of("☂☀☂☀☂", ["li"])
    (True, False, False)
    """
    whole = rest = _plain(password)
    for name in sorted({_plain(name) for name in names}, key=len, reverse=True):
        rest = rest.replace(name, "") if name else rest
    return len(rest) < min(len(whole), LEFT)


def guesses(password: str, names: Sequence[str]) -> float:
    """How often somebody guesses who knows the lists of common passwords, and these names.

    >>> guesses("password12345", []) < FEWEST_GUESSES < guesses("correct horse battery", [])
    True
    """
    words = [word for name in names for word in {name.casefold(), _plain(name)} if word]
    return float(zxcvbn(password[:WEIGHED], user_inputs=[*words, *PINYIN.split()])["guesses"])


def _plain(text: str) -> str:
    """Letters and digits alone, wide ones made narrow and large ones small."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())
