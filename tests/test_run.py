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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that has been started before."""
    shutil.copy(ROOT / "run", tmp_path)
    (tmp_path / "requirements.lock").write_text("flask==3.1.3\n", encoding="ascii")
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(INTERPRETER, encoding="ascii")
    python.chmod(0o755)
    lock = (tmp_path / "requirements.lock").read_bytes()
    done = subprocess.run(["cksum"], input=lock, capture_output=True, check=True)
    (tmp_path / ".venv" / "installed.cksum").write_bytes(done.stdout)
    return tmp_path


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


def test_a_changed_lock_is_installed_and_a_missing_network_is_explained(folder):
    (folder / "requirements.lock").write_text("flask==3.1.4\n", encoding="ascii")
    done = run(folder)
    assert done.returncode == 1
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
