"""`llmgw licences`: every part that is installed for us is named, with the text of its licence."""

import hashlib
import re
import sys
import tomllib
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

import llmgw_desktop.__main__ as program
from llmgw_desktop.app.gateway import licences
from llmgw_desktop.app.gateway.licences import LicensedPart, parts, parts_as_json, read_parts
from llmgw_desktop.domain.audit import BY_ITSELF, act_as

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
TEXTS = {  # as https://www.gnu.org/licenses/ has them
    "GPL-3.0": "3972dc9744f6499f0f9b2dbf76696f2ae7ad8af9b23dde66d6af86c9dfb36986",
    "LGPL-3.0": "e3a994d82e644b03a792a930f574002658412f62407f5fee083f2555c5f23118",
}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "home"))


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["llmgw", "licences", *words])
    try:
        return program.main()
    finally:
        act_as(BY_ITSELF)


def test_every_part_that_we_ask_for_has_a_text() -> None:
    found = {each.name.lower().replace("_", "-"): each for each in parts()}
    asked = tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"]
    for line in asked:
        name = re.match(r"[\w.-]+", line)
        assert name
        try:
            version(name[0])
        except PackageNotFoundError:
            continue  # of another system
        assert found[name[0].lower().replace("_", "-")].version == version(name[0])
    assert not [each.name for each in found.values() if not each.texts]
    assert "pytest" not in found
    assert {"pydantic-core", "shiboken6", "inter (font)"} <= set(found)


def test_qts_licence_is_told_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 0
    said = capsys.readouterr().out
    for words in (
        "LGPL-3.0",
        "download.qt.io",
        "three years",
        "replace them",
        "PySide6_Essentials",
    ):
        assert words in said
    for name, digest in TEXTS.items():
        assert run(monkeypatch, name) == 0
        text = capsys.readouterr().out
        assert hashlib.sha256(text.encode()).hexdigest() == digest
    assert run(monkeypatch, "shiboken6") == 0
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in capsys.readouterr().out


def test_one_or_all_or_nobodys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "inter") == 0
    assert "SIL OPEN FONT LICENSE" in capsys.readouterr().out
    assert run(monkeypatch, "--all") == 0
    whole = capsys.readouterr().out
    assert "SIL OPEN FONT LICENSE" in whole
    assert "Apache License" in whole
    assert run(monkeypatch, "no-such-part") == 1
    assert capsys.readouterr().err == "llmgw: No part is called 'no-such-part'.\n"


def test_a_package_tells_what_lies_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not what pip installed where it was built."""
    part = LicensedPart(
        name="libexample", version="1", licence="MIT", home="", texts=("free",), files=("lib.so",)
    )
    other = replace(part, name="libother", texts=("free", "and a notice"))
    listed = tmp_path / "parts.json"
    listed.write_text(told := parts_as_json([part, other]), "utf-8")
    assert told.count('"free"') == 1, "a text that several have stands there once"
    assert read_parts(listed) == (part, other)
    monkeypatch.setattr(licences, "_LISTED", listed)
    assert parts() == (part, other)
