"""What everything stands on: canonical JSON, the Chinese day, settings, the version of code, plain YAML, errors."""

from __future__ import annotations

import stat
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml
from flask import Flask

from survey.base import canonical, clock, code_version, errors, plain_yaml, settings
from survey.base.errors import Fault, ImportFaults, SettingError, SurveyError
from survey.base.settings import Settings, from_environment


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": [1, 2.5, None, True], "a": {"z": "层", "y": ""}}, '{"a":{"y":"","z":"层"},"b":[1,2.5,null,true]}'),
        ('引"号', '"引\\"号"'),
        ([], "[]"),
        (1.0, "1.0"),
    ],
)
def test_a_value_has_one_way_to_be_written(value: object, written: str) -> None:
    assert canonical.canonical(value) == written


def test_the_order_of_names_does_not_matter_and_what_is_no_number_is_refused() -> None:
    assert canonical.canonical({"a": 1, "b": 2}) == canonical.canonical({"b": 2, "a": 1})
    assert canonical.canonical([1, 2]) != canonical.canonical([2, 1])
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="JSON"):
            canonical.canonical(value)


def test_a_hash_is_that_of_the_text_in_utf_8() -> None:
    # printf '' | sha256sum; printf '层' | sha256sum
    assert canonical.sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert len(canonical.sha256("层")) == 64
    assert canonical.sha256("层") != canonical.sha256("屋")


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), date(2026, 3, 31)),
        (datetime(2026, 3, 31, 16, 0, 0, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_china(monkeypatch: pytest.MonkeyPatch, moment: datetime, day: date) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert clock.today() == day
    assert clock.local(moment).date() == day
    assert clock.local(moment.replace(tzinfo=None)).date() == day, "a stored moment without a zone is one of UTC"
    elsewhere = moment.astimezone(timezone(timedelta(hours=-5)))
    assert clock.local(elsewhere) == moment
    assert clock.local(elsewhere).utcoffset() == timedelta(hours=8)


def test_the_present_moment_knows_its_zone() -> None:
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - clock.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("instance", "/srv/survey", Path("/srv/survey")),
        ("database_url", "postgresql:///s", "postgresql:///s"),
        ("secret_key", "geheim", "geheim"),
        ("public_url", "https://p.example//", "https://p.example"),
        ("proxies", "2", 2),
        ("session_minutes", "30", 30),
        ("floor_hidden", "0", 0),
        ("floor_reference", "31", 31),
    ],
)
def test_each_setting_is_read_from_its_variable(name: str, text: str, value: object) -> None:
    found = from_environment({f"SURVEY_{name.upper()}": text, name.upper(): "ignored"})
    assert getattr(found, name) == value
    others = {key: given for key, given in vars(found).items() if key != name}
    assert others == {key: given for key, given in vars(Settings()).items() if key != name}
    assert from_environment({f"SURVEY_{name.upper()}": ""}) == Settings(), "an empty variable is none"


@pytest.mark.parametrize("name", ["proxies", "session_minutes", "floor_hidden", "floor_reference"])
@pytest.mark.parametrize("text", ["-1", "1.5", "many", " 5"])
def test_a_number_that_is_none_is_named_with_its_variable(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"SURVEY_{name.upper()} is {text!r}; it must be a whole number."):
        from_environment({f"SURVEY_{name.upper()}": text})


def test_the_defaults_serve_one_machine() -> None:
    plain = Settings()
    assert (plain.proxies, plain.session_minutes, plain.floor_hidden, plain.floor_reference) == (0, 120, 5, 30)
    assert plain.public_url == "http://127.0.0.1:8000"
    assert plain.instance == settings.ROOT / "instance"
    assert plain.database == f"sqlite:///{plain.instance / 'survey.db'}"
    assert Settings(database_url="postgresql:///s").database == "postgresql:///s"
    assert [Settings(public_url=f"{way}://x").is_https for way in ("https", "http")] == [True, False]


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    instance = tmp_path / "new" / "instance"
    key = Settings(instance=instance).key()
    file = instance / "secret_key"
    assert len(key) == 64
    assert file.read_text("ascii") == key == Settings(instance=instance).key()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Settings(instance=instance, secret_key="given").key() == "given"
    (tmp_path / "secret_key").write_text("  kept before \n", "ascii")
    assert Settings(instance=tmp_path).key() == "kept before"


def test_what_the_application_keeps_is_made_once(app: Flask) -> None:
    assert settings.current() is None
    with app.app_context():
        made: list[int] = []
        found = [settings.kept("test thing", lambda: made.append(1) or made) for _ in range(2)]
        assert found[0] is found[1] is made
        assert made == [1]
        assert settings.current() is settings.present() is app.extensions["settings"]


def versions(root: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], *packages: str) -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(code_version, "ROOT", root)
    code_version.code_version.cache_clear()
    found = code_version.code_version(*packages)
    code_version.code_version.cache_clear()
    return found


CODE = 'def f(x):\n    """Half."""\n    return x / 2  # half\n'


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ('"""A module."""\n\n\ndef f(x):\n    # said again\n    return x / 2\n', True),
        ("def f(x):\n        return x / 2\n", True),
        ("def f(x):\n    return x / 3\n", False),
        ("def f(x):\n    return x / 2\nf(1)\n", False),
        ('def f(x):\n    return x / 2\n"two"\n', False),
        ("class A:\n    '''Says.'''\ndef f(x):\n    return x / 2\n", False),
    ],
)
def test_words_about_code_do_not_change_its_version_and_code_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str, same: bool
) -> None:
    first = versions(tmp_path / "1", monkeypatch, {"p/a.py": CODE}, "p")
    second = versions(tmp_path / "2", monkeypatch, {"p/a.py": changed}, "p")
    assert (first == second) is same
    assert first.startswith("src-")
    assert len(first) == 20


def test_a_version_is_of_the_packages_named_with_their_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"p/a.py": CODE, "p/deep/b.py": "x = 1\n", "q/c.py": "y = 1\n", "p/notes.txt": "no code"}
    both = versions(tmp_path / "1", monkeypatch, files, "p", "q")
    assert both != versions(tmp_path / "1", monkeypatch, {}, "p")
    assert both == versions(tmp_path / "1", monkeypatch, {"p/notes.txt": "other"}, "p", "q")
    assert both != versions(tmp_path / "1", monkeypatch, {"p/deep/b.py": "x = 2\n"}, "p", "q")
    moved = {"p/a.py": CODE, "p/b.py": "x = 1\n", "q/c.py": "y = 1\n"}
    assert both != versions(tmp_path / "2", monkeypatch, moved, "p", "q")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("010", "010"),
        ("0", 0),
        ("-7", -7),
        ("1:30", "1:30"),
        ("no", "no"),
        ("off", "off"),
        ("Yes", "Yes"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("null", None),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("2026-03-01", "2026-03-01"),
        ("[1, '1']", [1, "1"]),
    ],
)
def test_yaml_means_what_people_write(text: str, value: object) -> None:
    found = plain_yaml.read(f"it: {text}\n")["it"]
    assert found == value
    assert type(found) is type(value)


def test_yaml_makes_no_objects_and_what_is_none_is_an_error() -> None:
    for text in ("it: !!python/object/apply:os.getcwd []", "a: [1", "a: b: c"):
        with pytest.raises(yaml.YAMLError):
            plain_yaml.read(text)
    assert plain_yaml.read("") is None


STATUSES = {
    SurveyError: 400,
    errors.NotFound: 404,
    errors.Refused: 409,
    errors.Forbidden: 403,
    errors.Gone: 410,
    errors.SettingError: 500,
}


@pytest.mark.parametrize("kind", STATUSES)
def test_each_error_has_its_status_a_message_and_a_remedy(kind: type[SurveyError]) -> None:
    error = kind("不行。", remedy="请换一个。")
    assert (error.status, error.message, error.remedy, str(error)) == (STATUSES[kind], "不行。", "请换一个。", "不行。")
    assert kind("不行。").remedy == ""


def test_a_refused_upload_carries_its_faults() -> None:
    fault = Fault(2, "编号", "", "Give a code.")
    error = ImportFaults("No.", [fault, fault])
    assert (error.status, error.faults, len(error.groups)) == (422, (fault, fault), 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([7], "7"),
        ([2, 3], "共 2 行：2–3"),
        ([2, 4], "共 2 行：2, 4"),
        ([1, 3, 5], "共 3 行：1, 3, 5"),
        ([1, 3, 5, 7], "共 4 行：1, 3, 5 …"),
        ([2, 2, 2], "2"),
        ([9, 8, 7, 1], "共 4 行：1, 7–9"),
    ],
)
def test_lines_of_equal_faults_are_told_in_runs(app: Flask, lines: list[int], said: str) -> None:
    with app.app_context():
        [group] = errors.grouped(Fault(line, "编号", "x", "Mend it.") for line in lines)
        assert group.line == said


@pytest.mark.parametrize(("values", "said"), [("a", "a"), ("abc", "a, b, c"), ("abcd", "a, b, c …"), ("aab", "a, b")])
def test_three_different_values_are_shown(values: str, said: str) -> None:
    [group] = errors.grouped(Fault(n, "编号", value, "Mend it.") for n, value in enumerate(values, 2))
    assert group.value == said
