"""A command that is shown can be pasted into the shells of the system, whichever a person has."""

from __future__ import annotations

import re
import shlex

import pytest

from llmgw_desktop.app.command_line.pasted import pasted
from tests.support.windows_words import as_powershell_reads, as_windows_reads

PLACES = (
    "llmgw",
    "C:\\Users\\Max\\AppData\\Roaming\\npm\\claude.cmd",
    "C:\\Users\\Max Müller\\AppData\\Local\\Programs\\LLM Gateway\\llmgw.exe",
    "\\\\server\\a share\\llmgw.exe",
    "C:\\R&D (1)\\llmgw.exe",
)
ARGUMENTS = (
    ("key", "add", "NAME"),
    ("rules", "add", "NAME", "--allow", "--command", "git status"),
    ("-I", "-m", "llmgw_desktop", "tools", "show", "SERVER/TOOL"),
    ("a,b", "@here", "x;y", "(z)", "a & b", "#no", "--of=a b", "-a.b", "", "C:\\with end\\", 'a"b'),
)


@pytest.mark.parametrize("program", PLACES)
@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_both_shells_of_windows(program: str, arguments: tuple[str, ...]) -> None:
    words = [program, *arguments]
    line = pasted(words, is_posix=False)
    assert as_windows_reads(line) == words
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
    assert not re.search(r"[%^&|<>();,@#{}$`']", outside), "nothing there that cmd acts on"
    if not any('"' in each or each.endswith("\\") for each in words):
        assert as_powershell_reads(line) == words


def test_a_home_goes_along_on_windows() -> None:
    line = pasted(["llmgw", "key", "list"], home="C:\\my größe", is_posix=False)
    assert line == 'cmd /c "set LLMGW_HOME=C:\\my größe&& llmgw key list"'
    assert as_powershell_reads(line) == as_windows_reads(line)
    for home, program in (("C:\\R&D", "llmgw"), ("C:\\100%", "llmgw"), ("C:\\x", "C:\\a b\\c")):
        assert pasted([program, "key"], home=home, is_posix=False) == ""


def test_posix_shells() -> None:
    line = pasted(["/opt/it's/llmgw", "key"], home="/my home", is_posix=True)
    assert shlex.split(line) == ["LLMGW_HOME=/my home", "/opt/it's/llmgw", "key"]
