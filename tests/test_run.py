"""`./run` from a folder of its own, with an environment whose interpreter only says what it was asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source import ROOT

#: stands where .venv/bin/python would: repeats what it was asked to do, and fails at installing without a network
INTERPRETER = """#!/bin/sh
case "$*" in
    *--version) exit 0 ;;
    *"pip install"*) echo "no network" >&2; exit 1 ;;
esac
echo "$@"
"""


#: the same with a network: says which lock it was asked to install
CONNECTED = """#!/bin/sh
case "$*" in
    *--version) exit 0 ;;
    *"pip install"*"--require-hashes"*) for word; do :; done; echo "installed $word"; exit 0 ;;
esac
echo "$@"
"""
SERVING, TESTING = "requirements.lock", ".ci/requirements-test.lock"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that has been started and tested before."""
    shutil.copy(ROOT / "run", tmp_path)
    put_interpreter(tmp_path, INTERPRETER)
    for name, lock in {"serving": SERVING, "test": TESTING}.items():
        path = tmp_path / lock
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"flask==3.1.3  # for {name}\n", encoding="ascii")
        done = subprocess.run(["cksum"], input=path.read_bytes(), capture_output=True, check=True)
        (tmp_path / ".venv" / f"installed-{name}.cksum").write_bytes(done.stdout)
    return tmp_path


def put_interpreter(folder: Path, script: str) -> None:
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(script, encoding="ascii")
    python.chmod(0o755)


@pytest.fixture
def new_folder(folder: Path) -> Path:
    """A project whose environment is still empty, on a machine with a network."""
    for stamp in (folder / ".venv").glob("installed-*"):
        stamp.unlink()
    put_interpreter(folder, CONNECTED)
    return folder


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {"HOST", "PORT", "PYTHON"}}
    return subprocess.run(
        [folder / "run", *arguments],
        cwd="/",
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        ([], "-m survey serve --host 127.0.0.1 --port 8000"),
        (["--empty"], "-m survey serve --host 127.0.0.1 --port 8000 --empty"),
        (["survey", "units", "import", "a b.csv"], "-m survey units import a b.csv"),
        (["test", "-k", "flow"], "-m pytest -n 2 --dist worksteal -k flow"),
        (["bench", "rating", "--seconds", "5"], "-m bench.rating --seconds 5"),
    ],
)
def test_a_later_start_goes_straight_to_the_program(folder, arguments, asked):
    done = run(folder, *arguments)
    assert (done.stdout.strip(), done.stderr, done.returncode) == (asked, "", 0)


def test_where_to_serve_can_be_said_by_the_environment(folder):
    assert "--host 0.0.0.0 --port 81" in run(folder, HOST="0.0.0.0", PORT="81").stdout  # noqa: S104  # only printed


def installed(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 0, done.stderr
    return [line.removeprefix("installed ") for line in done.stdout.splitlines() if line.startswith("installed ")]


@pytest.mark.parametrize("command", [[], ["--empty"], ["serve"], ["survey", "--help"], ["messages"]])
def test_the_first_start_installs_what_serving_needs_and_no_tool_of_testing(new_folder, command):
    assert installed(run(new_folder, *command)) == [SERVING]


@pytest.mark.parametrize("command", [["test", "-k", "flow"], ["check"], ["bench"]])
def test_the_first_test_adds_its_tools_to_what_serving_needs(new_folder, command):
    assert installed(run(new_folder, *command)) == [SERVING, TESTING]


def test_each_lock_is_installed_once(new_folder):
    assert installed(run(new_folder)) == [SERVING]
    assert installed(run(new_folder, "test")) == [TESTING]
    assert installed(run(new_folder, "test")) == []
    assert installed(run(new_folder)) == []


def test_a_changed_lock_of_testing_does_not_slow_the_start(new_folder):
    run(new_folder, "test")
    (new_folder / TESTING).write_text("pytest==9.2.1\n", encoding="ascii")
    assert installed(run(new_folder)) == []
    assert installed(run(new_folder, "check")) == [TESTING]


@pytest.mark.parametrize(("lock", "command"), [(SERVING, []), (SERVING, ["test"]), (TESTING, ["test"])])
def test_a_changed_lock_is_installed_and_a_missing_network_is_explained(folder, lock, command):
    (folder / lock).write_text("flask==3.1.4\n", encoding="ascii")
    for _attempt in range(2):  # a failure is not remembered as done
        done = run(folder, *command)
        assert done.returncode == 1
        assert f"Installing the packages of {lock} into .venv" in done.stderr
        assert "The packages could not be installed" in done.stderr
        assert "name a mirror (PIP_INDEX_URL=" in done.stderr
        assert not done.stdout


def test_an_old_catalogue_is_compiled_before_the_start(folder):
    catalogues = folder / "survey" / "translations" / "zh_Hans" / "LC_MESSAGES"
    catalogues.mkdir(parents=True)
    (catalogues / "house.po").touch()
    assert run(folder).stderr.strip() == "-m survey.catalogues compile"
    (catalogues / "house.mo").touch()
    assert run(folder).stderr == ""


def test_without_a_python_it_says_which_one_is_needed(folder):
    shutil.rmtree(folder / ".venv")
    done = run(folder, PYTHON="/nowhere/python3")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed" in done.stderr
    assert "PYTHON=/path/to/python3 ./run" in done.stderr


def test_an_unknown_command_is_named_with_those_there_are(folder):
    done = run(folder, "tset")
    assert done.returncode == 1
    assert "There is no ./run tset." in done.stderr
    assert "./run test [pytest ...]" in done.stderr


@pytest.mark.parametrize("bench", sorted(path.name for path in (ROOT / "bench").glob("*.py")))
def test_a_benchmark_also_starts_as_a_file(bench: str, tmp_path: Path) -> None:
    """`python bench/weighting.py` from anywhere: its own name must not hide the package it measures."""
    path = str(ROOT / "bench" / bench)
    start = f"import runpy, sys; sys.path[0] = {str(ROOT / 'bench')!r}; runpy.run_path({path!r}, run_name='loaded')"
    subprocess.run([sys.executable, "-c", start], cwd=tmp_path, check=True, capture_output=True)
