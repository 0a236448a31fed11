"""On Windows, the program in one folder is its own keeper: `llmgw keeper` follows one run."""

import sys

import pytest

import llmgw_desktop.__main__ as program
from llmgw_desktop.platform import environment, keepers


def test_the_word_leads_to_the_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[list[str]] = []
    monkeypatch.setattr(keepers, "keep", lambda words: heard.append(words) or 7)
    monkeypatch.setattr(environment, "IS_POSIX", False)
    words = ["C:\\job", "j1", "claude.exe", "--help"]
    monkeypatch.setattr(sys, "argv", ["llmgw.exe", "keeper", *words])
    assert program.main() == 7
    assert heard == [words]


def test_elsewhere_it_is_no_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["llmgw", "keeper", "/tmp/x", "j1", "true"])
    with pytest.raises(SystemExit, match="2"):
        program.main()
    assert "invalid choice: 'keeper'" in capsys.readouterr().err
