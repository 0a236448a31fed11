"""`llmgw connect` as a person types it: what it says, what it returns, what it leaves behind."""

import json
import os
from pathlib import Path

import pytest

from llmgw_desktop.__main__ import main
from llmgw_desktop.app.connect import PROGRAM_NAMES
from llmgw_desktop.store.run_file import RunFile, write_run_file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "person"
    (home / ".cursor").mkdir(parents=True)
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "gateway"))
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("XDG_CONFIG_HOME", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "COPILOT_HOME"):
        monkeypatch.delenv(name, raising=False)
    return home


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["llmgw", "connect", *words])
    return main()


def test_there_and_back(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / ".cursor/mcp.json"
    assert _run(monkeypatch, "cursor", "--dry-run") == 0
    assert "Nothing was changed" in capsys.readouterr().out
    assert not file.exists()
    assert _run(monkeypatch, "cursor") == 0
    said = capsys.readouterr().out
    entry = json.loads(file.read_text())["mcpServers"]["llmgw"]
    key = entry["headers"]["Authorization"].removeprefix("Bearer ")
    assert entry["url"] == "http://127.0.0.1:3333/mcp"
    assert key.startswith("llmgw-")
    assert key not in said
    assert "connect cursor --undo" in said
    assert _run(monkeypatch, "cursor") == 0
    assert "set up already" in capsys.readouterr().out
    assert _run(monkeypatch, "list") == 0
    told = capsys.readouterr().out
    assert _run(monkeypatch) == 0
    assert capsys.readouterr().out == told
    assert _run(monkeypatch, "--undo") == 2
    assert "Say which program" in capsys.readouterr().err
    assert file.exists()
    (line,) = [each for each in told.splitlines() if "cursor\t" in each]
    assert line.split("\t")[2:5] == ["set up", "MCP by HTTP", "cursor"]
    assert _run(monkeypatch, "cursor", "--undo") == 0
    assert "is revoked" in capsys.readouterr().out
    assert not file.exists()
    assert _run(monkeypatch, "cursor", "--undo") == 0
    assert "is not set up" in capsys.readouterr().out


def test_all_are_taken_back_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As who removes the program wants it. One that cannot be read holds up none of the others."""
    assert _run(monkeypatch, "all") == 2
    assert "with --undo" in capsys.readouterr().err
    for name in ("cursor", "gemini-cli", "windsurf"):
        assert _run(monkeypatch, name) == 0
    (home / ".gemini/settings.json").write_text("{ not JSON")
    capsys.readouterr()
    assert _run(monkeypatch, "all", "--undo") == 1
    said = capsys.readouterr()
    assert said.out.count("is revoked") == 2
    assert "Gemini" in said.err
    assert not (home / ".cursor/mcp.json").exists()


def test_the_port_comes_from_the_settings(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "gateway/config/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[http]\nport = 4567\npath = "/tools"\n')
    assert _run(monkeypatch, "gemini-cli") == 0
    entry = json.loads((home / ".gemini/settings.json").read_text())["mcpServers"]["llmgw"]
    assert entry["httpUrl"] == "http://127.0.0.1:4567/tools"


def test_a_gateway_that_runs_elsewhere_is_told_of(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_folder = tmp_path / "gateway/run"
    run_folder.mkdir(parents=True)
    (run_folder / "access.key").write_text("llmgw-key")
    for port, is_told in ((3333, False), (4567, True)):
        url = f"http://127.0.0.1:{port}"
        write_run_file(
            run_folder / "gateway.json",
            RunFile(url=url, pid=os.getpid(), started_at_s=0.0, mcp=f"{url}/mcp"),
        )
        assert _run(monkeypatch, "cursor", "--dry-run") == 0
        said = capsys.readouterr()
        assert ("listens at http://127.0.0.1:4567/mcp" in said.err) is is_told
        assert "http://127.0.0.1:3333/mcp" in said.out
    assert _run(monkeypatch, "cursor", "--stdio", "--dry-run") == 0
    assert capsys.readouterr().err == ""


def test_a_port_that_changes_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLM_GATEWAY_HTTP_PORT", "0")
    assert _run(monkeypatch, "cursor") == 2
    assert "http.port" in capsys.readouterr().err
    assert list((home / ".cursor").iterdir()) == []


def test_a_file_that_cannot_be_read_is_named_with_its_line(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / ".cursor/mcp.json"
    file.write_text('{\n"a": \n}')
    assert _run(monkeypatch, "cursor") == 2
    said = capsys.readouterr().err
    assert f"{file}, line 3: not valid JSON" in said
    assert "Nothing was changed." in said
    assert file.read_text() == '{\n"a": \n}'


def test_models_of_a_program_that_cannot_be_told_so(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "cursor", "--models") == 2
    assert "Cursor" in capsys.readouterr().err


def test_an_unknown_program_is_wrong_usage(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        _run(monkeypatch, "emacs")
    assert caught.value.code == 2
    assert all(name in capsys.readouterr().err for name in PROGRAM_NAMES[:1])


def test_claude_code_is_also_given_its_own_command(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(monkeypatch, "claude-code", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "claude mcp add --scope user --transport http llmgw http://127.0.0.1:3333/mcp" in said
    assert "with a key made by" in said
    assert not (home / ".claude.json").exists()
    assert _run(monkeypatch, "claude-code", "--dry-run", "--stdio") == 0
    said = capsys.readouterr().out
    named = f"--env LLMGW_HOME={home.parent / 'gateway'}"
    assert f"claude mcp add --scope user llmgw {named} -- " in said, "it finds the same gateway"
    assert "a key" not in said
