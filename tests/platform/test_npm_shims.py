"""npm's batch files are read, not run: a caller's words never reach Windows' command interpreter.

The texts are what npm's own cmd-shim, pnpm and yarn write.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from llmgw_desktop.platform import children
from llmgw_desktop.platform.npm_shims import NoShim, direct_words, is_batch, words_of_shim

HEAD = """@ECHO off\r
GOTO start\r
:find_dp0\r
SET dp0=%~dp0\r
EXIT /b\r
:start\r
SETLOCAL\r
CALL :find_dp0\r
"""
BY_NODE = """\r
IF EXIST "%dp0%\\node.exe" (\r
  SET "_prog=%dp0%\\node.exe"\r
) ELSE (\r
  SET "_prog=node"\r
  SET PATHEXT=%PATHEXT:;.JS;=;%\r
)\r
\r
"""
LAST = 'endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"'
CLI = "node_modules\\@anthropic-ai\\claude-code\\cli.js"
NPM = f'{HEAD}{BY_NODE}{LAST}  "%dp0%\\{CLI}" %*\r\n'
FLAGS = f'{HEAD}{BY_NODE}{LAST} --no-warnings --max-old-space-size=4096 "%dp0%\\{CLI}" %*\r\n'
NATIVE = f'{HEAD}"%dp0%\\node_modules\\native\\bin\\x.exe"   %*\r\n'
BY_SHELL = NPM.replace("node.exe", "/bin/sh.exe").replace("_prog=node", "_prog=/bin/sh")
PNPM = f"""@SETLOCAL\r
@IF EXIST "%~dp0\\node.exe" (\r
  "%~dp0\\node.exe"  "%~dp0\\{CLI}" %*\r
) ELSE (\r
  @SET PATHEXT=%PATHEXT:;.JS;=;%\r
  node  "%~dp0\\{CLI}" %*\r
)\r
"""
YARN = f"""@IF EXIST "%~dp0\\node.exe" (\r
  "%~dp0\\node.exe"  "%~dp0\\..\\{CLI}" %*\r
) ELSE (\r
  node  "%~dp0\\..\\{CLI}" %*\r
)\r
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NPM, ("node", (), CLI)),
        (NPM.replace("\r\n", "\n"), ("node", (), CLI)),
        (FLAGS, ("node", ("--no-warnings", "--max-old-space-size=4096"), CLI)),
        (NATIVE, ("", (), "node_modules\\native\\bin\\x.exe")),
        (PNPM, ("node", (), CLI)),
        (YARN, ("node", (), f"..\\{CLI}")),
        (BY_SHELL, None),
        ("", None),
        ("@echo off\r\necho %*\r\n", None),
        ('@python "%~dp0\\tool.py" %*\r\n', None),
        (f"{NPM}{NATIVE}", None),
        ('"%~dp0\\C:\\evil.exe" %*\r\n', None),
        ('"%~dp0\\x.bat" %*\r\n', None),
        (f'{LAST} "%dp0%\\a&b%x%.js" %*', None),
        ("node " * 50_000, None),
    ],
)
def test_what_a_shim_would_start(text: str, expected: object) -> None:
    assert words_of_shim(text) == expected


def put(folder: Path, text: str, *inside: str) -> str:
    for name in (CLI.replace("\\", "/"), *inside):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    (folder / "claude.cmd").write_bytes(text.encode())
    return str(folder / "claude.cmd")


def test_node_is_the_one_beside_it_else_that_of_path(tmp_path: Path) -> None:
    program = put(tmp_path, FLAGS)
    asked = []

    def find(name: str, *, path: str) -> str | None:
        asked.append((name, path))
        return "C:\\node\\node.exe"

    flags = ["--no-warnings", "--max-old-space-size=4096"]
    script = str(tmp_path / CLI.replace("\\", "/"))
    assert direct_words(program, "P", find) == ["C:\\node\\node.exe", *flags, script]
    assert asked == [("node", "P")]
    put(tmp_path, FLAGS, "node.exe")
    assert direct_words(program, "P", find) == [str(tmp_path / "node.exe"), *flags, script]


def test_a_program_behind_a_shim_is_started_itself(tmp_path: Path) -> None:
    program = put(tmp_path, NATIVE, "node_modules/native/bin/x.exe")
    assert direct_words(program, "") == [str(tmp_path / "node_modules/native/bin/x.exe")]


def test_npm_itself_is_started_by_its_script(tmp_path: Path) -> None:
    own = tmp_path / "node_modules/npm/bin/npm-cli.js"
    own.parent.mkdir(parents=True)
    own.write_text("x")
    (tmp_path / "npm.cmd").write_text('"%NODE_EXE%" "%NPM_CLI_JS%" %*\n')
    words = direct_words(str(tmp_path / "npm.cmd"), "", lambda *_, **__: "node.exe")
    assert words == ["node.exe", str(own)]


def test_what_cannot_be_started_so_is_one_clause(tmp_path: Path) -> None:
    other = put(tmp_path, "@echo off\r\nset KEY=sk-secret\r\necho %*\r\n")
    with pytest.raises(NoShim, match="is a batch file, which is not run") as caught:
        direct_words(other, "")
    assert "sk-secret" not in str(caught.value)
    with pytest.raises(FileNotFoundError, match="needs node, which is not found"):
        direct_words(put(tmp_path, NPM), "", lambda *_, **__: None)
    with pytest.raises(FileNotFoundError, match="needs node"):
        direct_words(put(tmp_path, NPM), "", lambda *_, **__: "C:\\nvm\\node.cmd")
    (tmp_path / CLI.replace("\\", "/")).unlink()
    with pytest.raises(FileNotFoundError, match="which is not there"):
        direct_words(str(tmp_path / "claude.cmd"), "")
    (tmp_path / "claude.cmd").write_bytes(NPM.encode() + b" " * 70_000)
    with pytest.raises(NoShim):
        direct_words(str(tmp_path / "claude.cmd"), "")


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("a.cmd", True), ("A.BAT", True), ("a.cmd. ", True), ("a.exe", False), ("cmd", False)],
)
def test_what_is_a_batch_file(name: str, is_one: bool) -> None:
    assert is_batch(name) is is_one


@pytest.mark.skipif(sys.platform == "win32", reason="there they are read")
def test_elsewhere_words_are_what_they_are(tmp_path: Path) -> None:
    words = [put(tmp_path, NPM), "-p", "100 %PATH% & del *"]
    assert children.direct(words, "") == words


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("C:\\a b\\", '"C:\\a b\\\\"'),
        ('\\"', '\\\\\\"'),
        ("%PATH%&^|<>", "%PATH%&^|<>"),
        ("größe\n", "größe\n"),
    ],
)
def test_words_are_quoted_as_a_program_of_windows_reads_them(word: str, quoted: str) -> None:
    """No interpreter reads them: only quotes and backslashes before them mean something."""
    assert subprocess.list2cmdline(["x", word]) == f"x {quoted}"
