"""The pages on which the office brings ratings in: who may, what is offered, what is told, and what is then there."""

from __future__ import annotations

import io
import re
import threading
from html import unescape

import pytest
from werkzeug.test import TestResponse

from survey.base.people import audit
from survey.base.people.roles import Role
from survey.collect import service
from survey.collect.pages.imports import IMPORTERS
from survey.rounds import service as rounds
from tests.client import Client, Reader
from tests.collect.conftest import Fair

PATH = "/answers/import"


@pytest.fixture
def office(fair: Fair, sign_in) -> Client:
    client = fair.app.test_client()
    sign_in(client, Role.OFFICE)
    return client


def send(client: Client, text: str, **values: object) -> TestResponse:
    """Fill in the form as it stands, and send it with a file."""
    held = Reader(client.get(PATH).text).forms[-1].values
    return client.post(PATH, data={**held, **values, "file": (io.BytesIO(text.encode()), "票.csv")})


def plain(page: TestResponse) -> str:
    """What the page's main part says, a blank between any two pieces."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def options(page: TestResponse, name: str) -> list[str]:
    inside = page.text.partition(f'name="{name}"')[2].partition("</select>")[0]
    return re.findall(r'value="([^"]*)"', inside)


def wait_for_jobs() -> None:
    for thread in threading.enumerate():
        if thread.name.endswith("(_run)"):
            thread.join(30)


def stored(fair: Fair) -> int:
    with fair.inside():
        return service.count(service.Chosen())


def test_only_those_who_import_open_the_page(fair: Fair, sign_in):
    for role in Role:
        client = fair.app.test_client()
        sign_in(client, role, units=[fair.units["a"]])
        may = role in {*IMPORTERS, Role.ADMIN}
        assert client.get(PATH).status_code == (200 if may else 403), role
        answers = client.get("/answers")
        if answers.status_code == 200:
            assert (f'href="{PATH}"' in answers.text) == may, role


def test_the_page_offers_forms_with_levels_mappings_groups_and_units(fair: Fair, office: Client):
    page = office.get(PATH)
    assert options(page, "form") == [*"BCDEFGMPST", "W1", "W13", "W5", "X"]
    assert options(page, "mapping") == ["words", "five", "reversed", "ballot", "three", "scale", "own"]
    assert options(page, "source") == ["import", "counter"]
    assert options(page, "unit_code") == ["", "a", "b", "c"]
    with fair.inside():
        assert options(page, "group") == ["", *rounds.groups()]
    for words in ("自定义对照", "W1 办事评价", "居民", "a 甲局", "F 自定问卷 F"):
        assert words in plain(page)
    assert "W1 Rating of a visit" in plain(office.get(f"{PATH}?lang=en"))
    assert "Residents" in plain(office.get(f"{PATH}?lang=en"))


def test_nothing_but_a_file_needs_to_be_chosen(office: Client):
    held = Reader(office.get(PATH).text).forms[-1].values
    held.pop("csrf_token")
    empty = {"pairs", "group", "unit_code", "day", "level_column", "unit_column", "stratum_column", "group_column"}
    assert held == {"form": ["W1"], "mapping": ["words"], "source": ["import"], **{name: [""] for name in empty}}
    page = plain(office.get(PATH))
    headings = [f"列名不是“{name}”时填写。" for name in ("满意度", "单位代码", "层", "群体")]
    for help_text in ("仅在选择“自定义对照”时填写", "用于没有注明的行。", "不填即为今天", *headings):
        assert help_text in page


def test_a_checked_file_is_summed_up_before_anything_is_stored(fair: Fair, office: Client):
    lines = ["优秀,a,城区,2026-03-01", "优秀,b,,2026-03-31", "较差,b,城区,2026-03-04", "说不清,a,乡村,2026-03-04"]
    text = "满意度,单位代码,层,日期\n" + "\n".join(lines) + "\n"
    ready = send(office, text, form="F", mapping="scale", group="residents")
    assert ready.status_code == 200
    said = plain(ready)
    assert "将导入 4 份评价 目前还没有保存任何内容。" in said
    assert "问卷 F 自定问卷 F 来源" in said
    assert "评议主体 居民 日期范围 2026-03-01 – 2026-03-31" in said
    assert "4 优秀 2 3 良好 0 2 一般 0 1 较差 1 0 没遇到或说不清 1" in said
    assert "无 1 乡村 1 城区 2" in said
    assert stored(fair) == 0


def test_the_group_is_named_only_where_one_was_chosen(office: Client):
    said = plain(send(office, "满意度,单位代码\n满意,a\n"))
    assert "评议主体" not in said
    assert "日期范围 2026-03-31 – 2026-03-31" in said


@pytest.mark.parametrize(("source", "name"), [("import", "导入数据"), ("counter", "窗口评价")])
def test_a_confirmed_file_is_stored_by_a_job_and_leads_to_its_answers(
    fair: Fair, office: Client, source: str, name: str
):
    ready = send(office, "满意度,窗口\n满意,a-1\n不满意,b-1\n", source=source)
    action = re.search(r'action="(/answers/import/[\w-]{22})"', ready.text)
    assert action
    assert f"来源 {name} 日期范围" in plain(ready)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', ready.text)[-1]
    answer = office.post(action[1], data={"csrf_token": token, "source": source})
    assert answer.status_code == 302
    wait_for_jobs()
    done = office.get(answer.location)
    assert done.status_code == 302
    assert done.location == f"/answers?source={source}&round=all"
    page = plain(office.get(done.location))
    assert "导入已开始，完成后可在答卷页查看。" in page
    assert "答卷总数" in page
    assert stored(fair) == 2
    with fair.inside():
        assert audit.entries(search="ratings.imported")[0][0].actor == "office"
        kinds = {rounds.collection(line.collection_id).kind for line in service.responses(service.Chosen())}
    assert kinds == {source}


def test_confirming_twice_stores_once_and_says_so(fair: Fair, office: Client):
    ready = send(office, "满意度,单位代码\n满意,a\n")
    action = re.search(r'action="(/answers/import/[\w-]{22})"', ready.text)
    assert action
    token = re.findall(r'name="csrf_token" value="([^"]+)"', ready.text)[-1]
    said = []
    for _ in range(2):
        job = office.post(action[1], data={"csrf_token": token, "source": "import"}).location
        wait_for_jobs()
        said.append(office.get(job, follow_redirects=True))
    assert stored(fair) == 1
    assert "导入评价" in plain(said[1])
    assert "不再保留" in plain(said[1]) or "已使用" in plain(said[1]) or "已被使用" in plain(said[1])


def test_others_cannot_confirm_a_file(fair: Fair, office: Client, sign_in):
    ready = send(office, "满意度,单位代码\n满意,a\n")
    action = re.search(r'action="(/answers/import/[\w-]{22})"', ready.text)
    assert action
    for role in set(Role) - {*IMPORTERS, Role.ADMIN}:
        client = fair.app.test_client()
        sign_in(client, role, units=[fair.units["a"]])
        assert client.post(action[1], data={"source": "import"}).status_code == 403, role
    wait_for_jobs()
    assert stored(fair) == 0


def test_a_faulty_file_is_told_line_by_line(fair: Fair, office: Client):
    page = send(office, "满意度,单位代码\n好极,a\n满意,z\n好极,b\n")
    assert page.status_code == 422
    said = plain(page)
    assert "文件未导入：有 3 处错误。 没有保存任何内容。" in said
    assert "满意度 好极 请填写下列之一：" in said
    assert "3 单位代码 z 请先添加该单位，或更正单位代码。" in said
    assert stored(fair) == 0
    with fair.inside():
        assert rounds.collections() == []


def test_no_file_and_no_table_are_told(fair: Fair, office: Client):
    assert "请选择 CSV 或 XLSX 文件。" in plain(office.submit(PATH))
    empty = send(office, "满意度,单位代码\n")
    assert empty.status_code == 422
    assert "文件中没有评价。" in plain(empty)
    assert "请补充数据行。" in plain(empty)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"mapping": "own", "pairs": ""}, "“–”不是有效的等级对照。"),
        ({"mapping": "own", "pairs": "好=6"}, "“好=6”不是有效的等级对照。"),
        ({"mapping": "words", "form": "F"}, "对应关系 words 适用于另一种等级。"),
        ({"mapping": "own", "pairs": "好=4,"}, ""),
        ({"mapping": "own", "pairs": "甲=1," * 125}, ""),
        ({"mapping": "own", "pairs": "甲=1," * 125 + "乙"}, "最多 500 个字符。"),
        ({"mapping": "words", "form": "L"}, "Not a valid choice"),
        ({"mapping": "words", "unit_code": "zz"}, "Not a valid choice"),
        ({"mapping": "words", "source": "poll"}, "Not a valid choice"),
    ],
)
def test_a_mapping_that_does_not_fit_is_told_beside_its_field(
    fair: Fair, office: Client, values: dict[str, str], sentence: str
):
    written = "好" if values.get("pairs") == "好=4," else "甲" if "甲" in values.get("pairs", "") else "满意"
    page = send(office, f"满意度,单位代码\n{written},a\n", **values)
    if not sentence:
        assert "将导入 1 份评价" in plain(page)
    elif sentence.startswith("Not"):
        assert "将导入" not in plain(page)
        assert "invalid-feedback" in page.text
    else:
        assert sentence in plain(page)
        assert "将导入" not in plain(page)
    assert stored(fair) == 0


def test_own_headings_are_heard_and_blanks_around_them_are_not(fair: Fair, office: Client):
    text = "分,局,片,谁\n5,b,东,企业\n"
    names = {"level_column": " 分 ", "unit_column": "局", "stratum_column": "片 ", "group_column": "谁"}
    ready = send(office, text, mapping="five", day="2026-02-03", unit_code="a", **names)
    assert "日期范围 2026-02-03 – 2026-02-03" in plain(ready)
    action = re.search(r'action="/answers/import/([\w-]{22})"', ready.text)
    assert action
    with fair.inside():
        (response,) = service.import_kept_ratings(action[1], actor="office").responses
    assert (response.unit_id, response.stratum, response.group_code) == (fair.units["b"], "东", "企业")
    assert stored(fair) == 1


def test_blanks_alone_name_no_column(office: Client):
    assert "将导入 1 份评价" in plain(send(office, "满意度,单位代码\n满意,a\n", level_column="  ", stratum_column=" "))


def test_the_unit_and_group_of_the_page_fill_what_lines_leave_out(fair: Fair, office: Client):
    ready = send(office, "满意度\n满意\n", unit_code="c", group="peers")
    action = re.search(r'action="/answers/import/([\w-]{22})"', ready.text)
    assert action
    with fair.inside():
        (response,) = service.import_kept_ratings(action[1], actor="office").responses
        assert rounds.imports("W1", "peers") in {one.id for one in rounds.collections()}
    assert (response.unit_id, response.group_code) == (fair.units["c"], "peers")


def test_the_same_file_again_needs_a_tick(fair: Fair, office: Client):
    def confirmed(**more: str) -> tuple[str, str]:
        """What the checked file's page says, and what came of confirming it."""
        ready = send(office, "满意度,单位代码,备注\n满意,a,x\n")
        action = re.search(r'action="(/answers/import/[\w-]{22})"', ready.text)
        assert action
        token = re.findall(r'name="csrf_token" value="([^"]+)"', ready.text)[-1]
        job = office.post(action[1], data={"csrf_token": token, "source": "import", **more}).location
        wait_for_jobs()
        return plain(ready), plain(office.get(job, follow_redirects=True))

    first, _done = confirmed()
    assert "以下各列不会读取：备注。" in first
    assert "同一个文件" not in first
    asked, refused = confirmed()
    assert "同一个文件已由 office 于" in asked
    assert ("导入过" in refused, stored(fair)) == (True, 1)
    confirmed(again="1")
    assert stored(fair) == 2
