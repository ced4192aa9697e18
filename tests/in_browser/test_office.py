"""The office's path through the pages: from answers to a frozen sheet that another system reads."""

from __future__ import annotations

import csv
import json
import re
from io import BytesIO
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import openpyxl
import pytest

from tests.browser import Visitor
from tests.in_browser.conftest import Example, Staff

pytestmark = pytest.mark.browser


def number(text: str) -> float:
    """The first number of a cell.

    >>> number("1,234.5 ± 2"), number("87.1%")
    (1234.5, 87.1)
    """
    found = re.search(r"-?[\d,]+(\.\d+)?", text)
    assert found, text
    return float(found[0].replace(",", ""))


def lines_of(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.reader(opened))


def cells_of(file: Path) -> list[object]:
    """Every cell of a workbook, one after the other."""
    book = openpyxl.load_workbook(BytesIO(file.read_bytes()), read_only=True)
    return [cell for sheet in book.worksheets for row in sheet.iter_rows(values_only=True) for cell in row]


def compute(office: Visitor) -> dict[str, str]:
    """Compute the round anew; returns the first unit's line."""
    office.menu("评议期")
    assert office.reads("年度评议（演示）")
    office.menu("答卷")
    assert office.page.get_by_role("region").count() >= 1
    office.menu("评议结果").press("重新计算")
    office.page.wait_for_url(re.compile(r"/estimate/\d+$"))
    office.screenshot("indices")
    return office.table("满意度指数")[0]


def test_a_number_opens_down_to_strata_weights_and_counts(staff: Staff):
    office = staff("office")
    first = compute(office)
    name = first["单位"].splitlines()[0]
    csv_lines, xlsx_cells = lines_of(office.saved("CSV")), cells_of(office.saved("XLSX"))
    assert any(name in line for line in csv_lines)
    assert name in xlsx_cells
    assert any("演示数据" in cell for line in csv_lines for cell in line)
    assert any("演示数据" in str(cell) for cell in xlsx_cells)

    office.press(name)
    assert office.reads("这个指数是怎么算出来的")
    strata = office.table("层、权数与人次")
    asked = sum(number(row["答卷"]) for row in strata)
    assert asked == pytest.approx(number(first["答卷"]), abs=0.05 * asked)
    opened = sum(number(row["占比"]) / 100 * number(row["均值"]) for row in strata if row["均值"] != "–")
    assert opened == pytest.approx(number(first["指数"]), abs=0.5)
    office.screenshot("index opened")
    assert not office.barriers()
    assert not office.complaints


def freeze(office: Visitor, second: Visitor) -> str:
    """Make a sheet, look into a score, have it frozen by two people; returns the sheet's path."""
    office.menu("成绩单").press("生成成绩单")
    office.page.get_by_label("方案").select_option("taizhou-2013")
    office.press("生成成绩单")
    office.page.wait_for_url(re.compile(r"/score/\d+$"))
    path = office.page.url
    office.screenshot("sheet draft")
    assert not office.barriers()
    office.page.locator(".score-table tbody a").first.click()
    assert office.reads("得分是怎样得来的")
    office.screenshot("score opened")
    assert not office.barriers()
    assert not office.overflows()
    office.press("查看分层、权数与样本量")
    assert office.reads("层、权数与人次")

    office.open(path).press("定稿…")
    office.screenshot("freeze")
    assert not office.barriers()
    office.fill("成绩单上共有多少个单位？", "113").press("申请定稿")
    assert office.page.url == path
    assert office.reads("office 申请定稿")
    second.open(path).press("确认…").press("确认定稿并签名")
    assert second.reads("签名校验无误")
    office.open(path)
    assert office.reads("签名校验无误")
    assert not office.page.get_by_role("link", name="定稿…").count()
    office.screenshot("sheet frozen")
    return path


def read(url: str, key: str, **headers: str) -> tuple[int, str, bytes]:
    """What another system gets: status, ETag and content."""
    asked = Request(url, headers={"Authorization": f"Bearer {key}", **headers})  # noqa: S310  # our own server
    try:
        with urlopen(asked, timeout=20) as answer:  # noqa: S310  # our own server
            return answer.status, answer.headers["ETag"], answer.read()
    except HTTPError as error:
        return error.code, "", error.read()


def test_a_frozen_sheet_reaches_spreadsheets_and_another_system(staff: Staff, example: Example):
    office = staff("office")
    path = freeze(office, staff("colleague"))
    best = office.page.locator(".score-table").first.locator("tbody tr").first.locator("td").all_inner_texts()
    name, total = best[1].splitlines()[0], number(best[2])
    csv_lines, xlsx_cells = lines_of(office.saved("CSV")), cells_of(office.saved("XLSX"))
    [line] = [line for line in csv_lines if name in line]
    assert f"{total:g}" in {f"{float(cell):g}" for cell in line if re.fullmatch(r"[\d.]+", cell)}
    assert name in xlsx_cells
    assert any(isinstance(cell, float | int) and float(cell) == total for cell in xlsx_cells)

    admin = staff("admin")
    admin.menu("接口密钥").fill("用于哪个系统", "综合考评主系统").press("生成密钥")
    key = admin.page.get_by_role("status").locator("code").first.inner_text()
    admin.menu("接口密钥")
    assert not admin.reads(key)

    url = f"{example.url}/feed/v1/sheets/{path.rpartition('/')[2]}"
    assert read(url, "nobody's")[0] == 401
    status, tag, content = read(url, key)
    assert status == 200
    assert name in json.dumps(json.loads(content), ensure_ascii=False)
    assert f"{total:g}" in content.decode()
    assert read(url, key, **{"If-None-Match": tag})[0] == 304
    assert not office.complaints + admin.complaints
