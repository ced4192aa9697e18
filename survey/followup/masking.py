"""Words of citizens as the rated unit reads them: without what could name the writer or somebody at the counter.

Masked are numbers of seven digits or more (telephones, identity cards, accounts; also in full width, in Chinese
numerals, or with blanks and strokes between), addresses of mail and chat, plates of cars, a name after 我叫 or 我是,
and a surname before a title. Masking errs on the side of too much: the office reads the words as they were sent.
"""

from __future__ import annotations

import re

MASK = "＊＊"
_DIGIT = "[0-9０-９零〇一二三四五六七八九幺]"
_BETWEEN = r"[\s\-–—.·、,，()（）+]{0,2}"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_TITLES = (
    "先生|女士|小姐|同志|师傅|老师|医生|大夫|护士|警官|科长|主任|局长|处长|所长|站长|股长|科员|经理|书记|乡长|镇长|队长"
)
_PATTERNS = (
    re.compile(rf"\+?{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{6,}}[xXＸ]?"),
    re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    re.compile(r"(?<=微信|ＱＱ|QQ|qq|VX|vx|Vx)(?:号|是|：|:|\s){0,3}[A-Za-z0-9_-]{5,}"),
    re.compile(rf"[{_PROVINCES}][A-Za-z][·•\s]?[A-Za-z0-9]{{5,6}}"),
    re.compile(rf"(?<=我叫|我是)[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])"),
    re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]?(?=(?:{_TITLES}))"),
)


def masked(text: str) -> str:
    """The words with every such place masked.

    >>> masked("请回电138 0013-8000，我叫张三。王科长态度差")
    '请回电＊＊，我叫＊＊。＊＊科长态度差'
    >>> masked("等了2个小时，3号窗口")
    '等了2个小时，3号窗口'
    """
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text
