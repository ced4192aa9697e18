"""The statistician's path through the pages: from a list to a drawn sample, its letters, an answer, and the end."""

from __future__ import annotations

import csv
from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser

from tests.browser import SMALLEST_PHONE, Visitor
from tests.in_browser.conftest import Example, Staff

pytestmark = pytest.mark.browser

FRAME = "编号,姓名,电话,地址,城乡,群体\n" + "".join(
    f"F{n:03},赵{n},139{n:08},黄山路{n}号,{'城镇' if n % 3 else '农村'},{'企业' if n % 4 == 0 else '居民'}\n"
    for n in range(240)
)
TOTAL = 60


def upload_frame(person: Visitor) -> None:
    """Bring in a list as the registry office exports it, in GBK, and look at what was read."""
    person.menu("抽样调查").press("抽样框").press("导入抽样框")
    person.page.locator("input[type=file]").set_input_files(
        {"name": "办事人员名单.csv", "mimeType": "text/csv", "buffer": FRAME.encode("gb18030")}
    )
    person.press("上传")
    assert person.page.get_by_label("抽样框名称").input_value() == "办事人员名单"
    person.fill("提供者", "省数据资源局")
    meanings = [field.input_value() for field in person.page.locator("tbody select").all()]
    assert meanings[:4] == ["key", "name", "phone", "address"]
    for heading in ("城乡", "群体"):
        person.page.locator("tbody").get_by_label(heading).select_option("stratum")
    person.screenshot("frame columns")
    person.press("检查名单")
    assert person.reads("名单无误：将导入 240 个单位")
    person.screenshot("frame check")
    person.press("确认导入 240 个单位")


def plan(person: Visitor) -> None:
    """Set up a wave and plan it until size and margins suit; lock it."""
    person.menu("抽样调查").press("新建调查")
    person.fill("调查名称", "办事群众抽样调查")
    for label, choice in {"抽样框": "办事人员名单（240 个单位）", "问卷": "G · 公众评议"}.items():
        person.page.locator("main").get_by_label(label, exact=True).select_option(choice)
    person.press("下一步")
    for label, choice in {"第一分层列": "城乡", "第二分层列": "群体", "样本分配": "内曼分配：按规模和差异"}.items():
        person.page.locator("main").get_by_label(label, exact=True).first.select_option(choice)
    person.fill("样本量", str(TOTAL)).fill("每层至少", "5").press("计算方案")
    person.page.wait_for_url("**total=60&**")
    rows = person.table("样本分配")
    assert {row["层"] for row in rows} == {f"{a} / {b}" for a in ("城镇", "农村") for b in ("企业", "居民")}
    assert sum(int(row["样本"]) for row in rows) == TOTAL
    assert sum(int(row["总体"]) for row in rows) == 240
    assert min(int(row["样本"]) for row in rows) >= 5
    assert all(row["误差幅度（95％）"].startswith("± ") for row in rows)
    person.screenshot("plan")
    assert not person.barriers()
    person.press("锁定本方案")
    assert person.reads("应公布的校验值")


def draw(person: Visitor) -> None:
    person.fill("公布的随机种子", "2026-11-21 03 08 12 19 27 30").press("抽取样本")
    assert person.reads("样本已抽取")
    person.screenshot("drawn")
    assert not person.barriers()
    person.press("抽样记录").press("重新抽样并核对")
    assert person.reads("与原样本逐个一致")
    person.press("返回本次调查").press("开始调查")
    assert person.reads("个人链接现在可以使用")


def links_and_letters(person: Visitor) -> str:
    """Take out links and letters; the code on the first letter is somebody's link."""
    person.press("样本名单与链接").press("仅供试用，仍然生成")
    with person.saved("个人链接（CSV）").open(encoding="utf-8-sig", newline="") as file:
        links = {row["个人链接"]: row["姓名"] for row in csv.DictReader(file)}
    assert len(links) == TOTAL
    assert all(len(urlsplit(link).path) <= 30 for link in links)
    person.screenshot("cases")
    person.press("带二维码的邀请信")
    person.page.wait_for_url("**/letters/**")
    letters = pypdfium2.PdfDocument(person.saved("下载邀请信"))
    assert len(letters) == TOTAL
    [code] = zxingcpp.read_barcodes(letters[0].render(scale=150 / 72).to_pil())
    assert links[code.text] in letters[0].get_textpage().get_text_bounded()
    return code.text


def answer(phone: Visitor, link: str) -> None:
    phone.open(link).choose("省委组织部").press("下一步")
    for name in sorted({field.get_attribute("name") or "" for field in phone.page.locator("[name*='.G-']").all()}):
        phone.page.locator(f"[name='{name}'][value='5']").check(force=True)
    phone.press("提交")
    assert "/thanks/" in phone.page.url or phone.page.url == link, phone.page.url
    assert phone.page.locator(".code").count() == 1


def test_from_a_list_to_answers_by_personal_link(staff: Staff, browser: Browser, example: Example):
    person = staff("statistician")
    person.page.on("dialog", lambda dialog: dialog.accept())
    upload_frame(person)
    plan(person)
    draw(person)
    wave = person.page.url
    assert person.table("各层调查进度")[-1]["RR1"] == "0.0%"
    link = links_and_letters(person)

    with browser.new_context(locale="zh-CN", viewport=SMALLEST_PHONE, java_script_enabled=False) as context:
        phone = Visitor(context.new_page(), example.url)
        answer(phone, link)
        assert context.cookies() == []
        assert not phone.complaints

        person.open(wave)
        whole = person.table("各层调查进度")[-1]
        assert (whole["答卷"], whole["RR1"]) == ("1", f"{1 / TOTAL:.1%}")
        person.screenshot("fieldwork")
        person.press("结束调查")
        assert person.reads("调查已结束")
        person.press("样本名单与链接")
        assert not person.page.get_by_role("button", name="个人链接").count()

        unused = phone.page.goto(link)
        assert unused is not None
        phone.screenshot("link after the end 320")
        assert not phone.page.locator("input[type=checkbox]").count()
    assert not person.complaints
