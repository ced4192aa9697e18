"""The feed: frozen sheets for those with a key, in documents that say what they are."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, seed, settings

from survey.score import service
from tests import two_people
from tests.score.judging import INDEX_88, Judging


def frozen(app: Flask) -> tuple[int, str]:
    """A frozen sheet and a key; a draft stands beside it."""
    with app.app_context():
        judging = Judging([("101", "1"), ("102", "1")])
        judging.polled("101", INDEX_88)
        judging.led("101", [90, 91, 92, 93, 94])
        judging.compute()
        value = service.NewValue("work", judging.unit_ids["101"], 95.0)
        service.set_values(judging.round.id, "taizhou-2013", [value])
        sheet = service.make_sheet(judging.round.id, "taizhou-2013")
        two_people.freeze(sheet)
        service.make_sheet(judging.round.id, "taizhou-2013")
        return sheet, service.make_feed_key("绩效管理电子评估系统")


def get(client: FlaskClient, path: str, key: str = "", **headers: str) -> Any:
    bearer = {"Authorization": f"Bearer {key}"} if key else {}
    return client.get(f"/feed/v1{path}", headers={**bearer, **headers})


def test_a_key_opens_frozen_sheets_and_only_those(app_on_each_database: Flask) -> None:
    client = app_on_each_database.test_client()
    sheet, key = frozen(app_on_each_database)
    listed = get(client, "/sheets", key).json["sheets"]
    assert [entry["number"] for entry in listed] == [sheet]
    found = get(client, f"/sheets/{sheet}", key).json
    line = found["content"]["classes"][0]["lines"][0]
    assert (line["unit_code"], line["total"], line["rank"]) == ("101", 93.84, 1)
    assert client.get(f"/feed/v1/sheets/{sheet}", headers={"X-API-Key": key}).status_code == 200
    assert get(client, f"/sheets/{sheet + 1}", key).status_code == 404
    assert get(client, "/sheets?round=2025", key).json["sheets"] == []


def test_a_sheet_from_the_feed_fits_its_schema_and_verifies(app: Flask, client: FlaskClient) -> None:
    sheet, key = frozen(app)
    schema = get(client, "/schema/sheet.json").json
    response = get(client, f"/sheets/{sheet}", key)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(response.json)
    with app.app_context():
        assert service.verify_document(response.text) == (True, True)


@pytest.mark.parametrize("key", ["", "psf_wrong"])
def test_without_a_valid_key_the_answer_says_so_in_both_languages(client: FlaskClient, key: str) -> None:
    response = get(client, "/sheets", key)
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert response.json["title"] == "需要有效的接口密钥。"
    assert response.json["title_en"] == "A valid API key is needed."
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_no_longer_opens(app: Flask, client: FlaskClient) -> None:
    _, key = frozen(app)
    assert get(client, "/", key).status_code == 200
    with app.app_context():
        [stored] = service.feed_keys()
        assert stored.last_used_on is not None
        assert key not in repr(stored)
        service.revoke_feed_key(stored.id)
    assert get(client, "/", key).status_code == 401


def test_what_is_there_already_is_not_sent_again(app: Flask, client: FlaskClient) -> None:
    sheet, key = frozen(app)
    for path in ("/", "/sheets", f"/sheets/{sheet}", "/schema/sheet.json", "/openapi.json"):
        first = get(client, path, key)
        again = get(client, path, key, **{"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", "/sheets", 405), ("DELETE", "/sheets/1", 405)]
)
def test_errors_are_problems(client: FlaskClient, method: str, path: str, status: int) -> None:
    response = client.open(f"/feed/v1{path}", method=method)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    jsonschema.validate(response.json, get(client, "/openapi.json").json["components"]["schemas"]["problem"])


def test_everybody_may_have_the_public_key(client: FlaskClient) -> None:
    assert get(client, "/public-key.pem").data.startswith(b"-----BEGIN PUBLIC KEY-----")


#: all but the document itself
OPERATIONS = ("/", "/sheets", "/sheets/{number}", "/schema/sheet.json")


@pytest.mark.parametrize("path", OPERATIONS)
def test_the_feed_keeps_its_own_contract(app: Flask, path: str) -> None:
    """Whatever a stranger sends who knows only the OpenAPI document, the answer is one that it announces."""
    _, key = frozen(app)
    api = schemathesis.openapi.from_wsgi("/feed/v1/openapi.json", app)
    assert [found.ok().path for found in api.get_all_operations()] == list(OPERATIONS)

    @seed(20260301)
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=api[path]["GET"].as_strategy())
    def announced(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"})

    announced()
