"""Which line of a table is its heading, and what its columns mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from flask_babel import gettext

from survey.base.errors import Fault, ImportFaults
from survey.base.tables.cells import as_code

#: a heading stands within so many filled lines; above it there may be titles
MOST_TITLES = 30
MOST_OF_WIDTH = 0.75
#: name of a column -> headings accepted for it besides the name
Headings = Mapping[str, Sequence[str]]
Numbered = tuple[int, Sequence[str]]

_PERSONAL = re.compile(
    r"姓名|名字|联系人|手机|电话|座机|号码簿|联系方式|联络方式|通讯方式|住址|地址|门牌|住所|户籍|籍贯|房号|证件|身份证|护照|社保卡|医保卡"
    r"|公民身份|证号|卡号|账号|帐号|车牌|微信|邮箱|邮件|出生日期|生日|出生年月|法人代表|法定代表人|户主|经办人|办事人|申请人|当事人|监护人"
)
_PERSONAL_WORDS = {
    *("name", "surname", "forename", "phone", "telephone", "tel", "mobile", "cellphone", "address", "email", "mail"),
    *("passport", "wechat", "qq", "birthday", "birthdate", "contact", "idcard", "ssn"),
}
#: a name of these is no person's
_THINGS = {"unit", "class", "column", "file", "office", "counter", "window", "group", "district", "street", "item"}


def plain(heading: str) -> str:
    """A heading as it is compared: without blanks, stars and differences of width or case.

    >>> plain("单位 编号*"), plain("Ｕｎｉｔ code")
    ('单位编号', 'unitcode')
    """
    return re.sub(r"[\s*]", "", as_code(heading)).casefold()


def is_personal(heading: str) -> bool:
    """Does a column of this heading describe a single person, so that it can be no stratum?

    >>> [is_personal(heading) for heading in ("联系电话", "家庭住址", "姓 名", "Phone number", "区域", "unit name")]
    [True, True, True, True, False, False]
    """
    if _PERSONAL.search(plain(heading)):
        return True
    words = set(re.findall(r"[a-z]+", unicodedata.normalize("NFKC", heading).casefold().replace("-", "")))
    found = words & _PERSONAL_WORDS
    if {"id", "card"} <= words or {"date", "birth"} <= words:
        return True
    return bool(found) and not (found == {"name"} and words & _THINGS)


def meanings(known: Headings) -> dict[str, str]:
    """Heading as it is compared -> the column's name."""
    return {plain(heading): name for name, headings in known.items() for heading in (name, *headings)}


def find(lines: Sequence[Numbered], known: Headings, needed: Collection[str]) -> int:
    """Which line is the heading: the first that knows most of the needed columns; where none is known, the first
    that fills most of the table's width, since a title fills a cell or two, or a merged range."""
    meaning = meanings(known)

    def fits(place: int) -> tuple[int, int]:
        names = {meaning[cell] for cell in map(plain, lines[place][1]) if cell in meaning}
        return len(names & set(needed)), len(names)

    first = range(min(MOST_TITLES, len(lines)))
    best = max(first, key=fits)  # the first of equals
    if fits(best) != (0, 0):
        return best
    filled = [sum(map(bool, lines[place][1])) for place in first]
    return next(place for place in first if filled[place] >= max(filled) * MOST_OF_WIDTH)


def names(line: Numbered, known: Headings, needed: Collection[str], *, keep_others: bool) -> list[str]:
    """The columns' names in their order; empty for a column that is left out.

    Raises:
        ImportFaults: a needed column is missing, or one stands twice.
    """
    number, header = line
    meaning = meanings(known)
    found = [meaning.get(plain(cell), cell if keep_others else "") for cell in header]
    faults = [
        Fault(number, name, ", ".join(cell for cell in header if cell)[:80], _add(name, known))
        for name in sorted(set(needed) - set(found))
    ]
    doubled = {name for name in found if name and found.count(name) > 1}
    faults += [Fault(number, name, name, gettext("This column stands twice; keep one.")) for name in sorted(doubled)]
    if faults:
        raise ImportFaults(gettext("The heading line does not fit."), faults)
    return found


def _add(name: str, known: Headings) -> str:
    return str(gettext("Add a column named %(names)s.", names=" / ".join([*known[name], name])))
