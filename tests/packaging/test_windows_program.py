"""The program in a folder for Windows, put in by its set-up under wine: it starts and answers.

The folder is put together of wheels for Windows (`windows_payload.py`). numpy and a real
Windows are not tried here: docs/packaging.md.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pytest

from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs
from tests.packaging.windows_payload import compile_c, put_together
from tests.packaging.wine import Computer, compiled, windows
from tests.platform.test_npm_shims import NPM
from tests.support.raw_http import Reply, openai_headers, send
from tests.support.x_screen import SCREEN_TOOLS, picture, shows, x_screen

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

VERSION = importlib.metadata.version("llmgw-desktop")
MOST_BYTES, MOST_BYTES_OF_FOLDER = 75_000_000, 165_000_000
KEEPER = "_internal/llmgw_desktop/platform/llmgw-keeper.exe"
STARTS = 3
MOST_OF_LINUX = 3
"""Processor time of a window's start, as a multiple of the source's here; in medians."""
_RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE to, SIZE_T count) {
    return SystemFunction036(to, (ULONG)count);
}
"""
_CALLBACKS = ("UCNV_FROM_U_CALLBACK_SUBSTITUTE", "UCNV_TO_U_CALLBACK_SUBSTITUTE")
_CONVERTERS = (
    *("close", "reset", "getMaxCharSize", "getName", "getToUCallBack", "getFromUCallBack"),
    *("setToUCallBack", "setFromUCallBack", "cbToUWriteUChars", "toUnicode", "fromUnicode"),
    *("cbFromUWriteUChars", "toUCountPending", "fromUCountPending", "getStandardName"),
    *("getAvailableName", "countAvailable"),
)
"""Of ICU, which Qt names and does not call for UTF-8."""


def fill_gaps_of_wine(computer: Computer, folder: Path) -> None:
    """What Windows has and wine 8 has not."""
    kind = "__declspec(dllexport) void *"
    names = (*(f"ucnv_{each}" for each in _CONVERTERS), *_CALLBACKS)
    converters = [f"{kind}{name}(void) {{ return 0; }}" for name in names]
    converters.append(f"{kind}ucnv_open(char *name, int *why) {{ *why = 4; return 0; }}")
    for name, text in (("bcryptprimitives", _RANDOM), ("icuuc", "\n".join(converters))):
        source, made = folder / f"{name}.c", folder / f"{name}.dll"
        source.write_text(text)
        words = ["x86_64-w64-mingw32-gcc", "-shared", "-O1", "-s", "-o", made, source]
        subprocess.run([*words, "-ladvapi32"], check=True)
        shutil.copyfile(made, computer.prefix / "drive_c/windows/system32" / made.name)


def ready(data: Path) -> tuple[str, str]:
    """Address and key of the gateway that starts there."""
    ends = time.monotonic() + 600
    while not (found := list(data.rglob("gateway.json"))):
        assert time.monotonic() < ends, "it does not serve"
        time.sleep(0.05)
    url = json.loads(found[0].read_text())["url"]
    return url, found[0].with_name("access.key").read_text().strip()


def ask(url: str, key: str) -> Reply:
    said = {"model": "practice/echo", "messages": [{"role": "user", "content": "Hello"}]}
    body = json.dumps(said).encode()
    return send(f"{url}/v1/chat/completions", headers=openai_headers(key), body=body, timeout_s=600)


NODE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>
static void bytes(FILE *to, const wchar_t *text) {
    char raw[9000];
    WideCharToMultiByte(CP_UTF8, 0, text, -1, raw, sizeof raw, NULL, NULL);
    for (char *at = raw; *at; at++) fprintf(to, "%02x", (unsigned char)*at);
    fputc(10, to);
}
int wmain(int argc, wchar_t **argv) {
    wchar_t id[64] = L"none", file[400];
    wsprintfW(file, L"%s\\said", _wgetenv(L"USERPROFILE"));
    FILE *told = _wfopen(file, L"ab");
    for (int i = 1; i < argc; i++) {
        bytes(told, argv[i]);
        if (!wcsncmp(argv[i], L"--session-id=", 13)) lstrcpynW(id, argv[i] + 13, 60);
    }
    fclose(told);
    while (getchar() != EOF);
    printf("{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"%ls\"}\n", id);
    printf("{\"type\":\"result\",\"subtype\":\"success\",\"is_error\":false,\"result\":\"heard\",");
    printf("\"session_id\":\"%ls\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}\n", id);
    return 0;
}
"""
"""What stands for Node and Claude Code: tells what it was started with, and answers."""
HOSTILE = (
    'a" & echo x>"%USERPROFILE%\\owned" & rem "',
    "%PATH% ^& !x! | more > owned < nul",
    'C:\\ends with a stroke\\ and "two\\\\"',
    "größe\nnext line\ttab 日本語",
    "\\",
    '"',
)


def put_claude(computer: Computer, folder: Path) -> None:
    """As `npm install -g` puts it there."""
    source = folder / "node.c"
    source.write_text(NODE)
    npm = computer.person / "AppData/Roaming/npm"
    script = npm / "node_modules/@anthropic-ai/claude-code/cli.js"
    script.parent.mkdir(parents=True)
    script.touch()
    compile_c(source, npm / "node.exe", "-municode")
    (npm / "claude.cmd").write_bytes(NPM.encode())


def ask_claude(computer: Computer, url: str, key: str) -> None:
    """A caller's words reach Node as they are: no command interpreter stands between."""
    said = computer.person / "said"
    for words in HOSTILE:
        asked = {"cli": "claude", "prompt": "hello", "appendSystemPrompt": words, "wait": True}
        headers = [("Authorization", f"Bearer {key}"), ("Content-Type", "application/json")]
        body = json.dumps(asked).encode()
        reply = send(f"{url}/v1/jobs", headers=headers, body=body, timeout_s=600)
        told = reply.json()
        assert told["state"] == "completed", told
        heard = [bytes.fromhex(each).decode() for each in said.read_text().split()]
        assert heard[0].endswith("cli.js")
        assert f"--append-system-prompt={words}" in heard
        said.unlink()
    assert not list(computer.prefix.rglob("owned"))


def ask_mcp(url: str, key: str) -> None:
    """By the SDK, which has parts of its own for Windows."""
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }
    headers = [
        ("Authorization", f"Bearer {key}"),
        ("Content-Type", "application/json"),
        ("Accept", "application/json, text/event-stream"),
    ]
    reply = send(f"{url}/mcp", headers=headers, body=json.dumps(asked).encode(), timeout_s=600)
    assert reply.status == 200, reply.body
    assert b"serverInfo" in reply.body


def start_anew(computer: Computer, program: Path, data: Path) -> tuple[str, str]:
    """By another process, which whoever started the first need not know. Its address and key."""
    before = ready(data)[0]
    assert computer.said(program, "restart").startswith("The gateway runs anew at ")
    url, key = ready(data)
    assert url != before  # port 0: it has another
    return url, key


def keep_a_run(computer: Computer, program: Path) -> None:
    """As a job of the installed program is kept, and as it is where its keeper is missing."""
    folder = computer.local / "run"
    for words in ((computer.folder / KEEPER,), (program, "keeper")):
        folder.mkdir()
        for name in ("keeper", "exit"):
            (folder / name).write_text(" " * 40 + "\n")
        run = (str(program), "licences", "no-such-part")
        computer.run(*words, f"Z:{folder}", "j1", *run)
        assert (folder / "exit").read_text().split()[0] == "1"
        assert (folder / "keeper").read_text().strip().isdecimal()
        shutil.rmtree(folder)


def end_by_setup(computer: Computer, setup: Path, data: Path) -> None:
    """It offers to close the program, also one with a window; a job that runs stays, and so does
    all that it needs."""
    source, sleeper = computer.local / "sleeper.c", computer.local / "sleeper.exe"
    source.write_text("#include <windows.h>\nint main(void) { Sleep(3600000); }\n")
    compile_c(source, sleeper)
    folder = computer.local / "run"
    folder.mkdir()
    for name in ("keeper", "exit"):
        (folder / name).write_text(" " * 40 + "\n")
    program = computer.folder / "llmgw.exe"
    keeper = computer.start(computer.folder / KEEPER, f"Z:{folder}", "j2", f"Z:{sleeper}")
    while not (folder / "keeper").read_text().strip().isdecimal():
        assert keeper.poll() is None
        time.sleep(0.1)
    for words in ((setup, "/S", "/CLOSE"), (computer.folder / "uninstall.exe", "/S", "/CLOSE")):
        refused = computer.start(*words)
        refused.communicate(timeout=600)
        assert program.exists()
        assert computer.link.exists()
    assert not (folder / "exit").read_text().strip()  # it goes on
    computer.kill(sleeper.name)
    keeper.communicate(timeout=600)
    shutil.rmtree(folder)
    for found in data.rglob("gateway.json"):
        found.unlink()
    serving = computer.start(program, "serve", "--port", "0")
    ready(data)
    computer.run(setup, "/S", "/CLOSE")
    serving.communicate(timeout=600)
    assert serving.returncode == 0
    assert computer.said(program, "--version") == f"llmgw {VERSION}\n"


def test_it_is_put_in_works_makes_way_and_goes(tmp_path: Path) -> None:
    payload, setup = tmp_path / "payload", tmp_path / "llmgw-setup.exe"
    put_together(payload)
    paths = [path for path in payload.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in paths) <= MOST_BYTES_OF_FOLDER
    files = {str(path.relative_to(payload)) for path in paths}
    facts = {"PAYLOAD": payload, "OUTPUT": setup, "PYTHON": sys.executable}
    compiled(ROOT / "installer.nsi", *(f"-D{name}={value}" for name, value in facts.items()))
    shutil.rmtree(payload)
    assert setup.stat().st_size <= MOST_BYTES
    with windows(tmp_path) as computer:
        fill_gaps_of_wine(computer, tmp_path)
        computer.run(setup, "/S", "/TERMINAL")
        assert computer.files() == files | {"uninstall.exe"}
        assert "llmgw-desktop.exe".encode("utf-16-le") in computer.link.read_bytes()
        assert computer.variables()["Path"].endswith("LLM Gateway")
        program, data = computer.folder / "llmgw.exe", computer.local / "llmgw-desktop"
        assert computer.said(program, "--version") == f"llmgw {VERSION}\n"
        keep_a_run(computer, program)
        put_claude(computer, tmp_path)
        serve_and_refuse(computer, setup, program, data)
        see_its_window(computer, data)
        store = next(data.rglob("gateway.db"))
        cursor = set_a_program_up(computer, program)

        end_by_setup(computer, setup, data)
        computer.run(setup, "/S")  # over itself
        assert computer.files() == files | {"uninstall.exe"}
        assert store.exists()
        assert cursor.exists()
        assert computer.variables()["Path"].count("LLM Gateway") == 1
        assert computer.said(program, "--version") == f"llmgw {VERSION}\n"

        computer.run(computer.folder / "uninstall.exe", "/S")
        assert not computer.folder.exists()
        assert not computer.link.exists()
        computer.wait_removed()
        assert "LLM Gateway" not in computer.variables().get("Path", "")
        assert not cursor.exists()
        assert store.exists()

        computer.run(setup, "/S")
        computer.run(computer.folder / "uninstall.exe", "/S", "/DATA")
        assert not computer.folder.exists()
        assert not data.exists()


def serve_and_refuse(computer: Computer, setup: Path, program: Path, data: Path) -> None:
    """While it serves, the set-up changes nothing and says so."""
    serving = computer.start(program, "serve", "--port", "0")
    try:
        url, key = ready(data)
        assert "Hello" in ask(url, key).json()["choices"][0]["message"]["content"]
        ask_mcp(url, key)
        ask_claude(computer, url, key)
        for _ in range(2):
            url, key = start_anew(computer, program, data)
            assert ask(url, key).status == 200
        port = url.rpartition(":")[2]
        second = computer.start(program, "serve", "--port", port, LLMGW_HOME="C:\\other")
        second.communicate(timeout=600)
        assert second.returncode == 1  # no two programs share a port
        for words in ((setup, "/S"), (computer.folder / "uninstall.exe", "/S")):
            refused = computer.start(*words)
            refused.communicate(timeout=600)
        assert program.exists()
        assert computer.link.exists()
        assert ask(url, key).status == 200
    finally:
        computer.kill(program.name)  # the first one, and the one that followed it
        serving.communicate(timeout=600)
        computer.wait()


def see_its_window(computer: Computer, data: Path) -> None:
    """Qt for Windows draws it. Starts here and there in turns: one alone tells how busy it was."""
    need_programs(*SCREEN_TOOLS)
    with x_screen() as screen:
        try:
            with computer.desktop(screen):
                taken = [
                    (of_set_up(computer, screen, data), of_source(computer, screen))
                    for _ in range(STARTS)
                ]
            there, here = (median(each) for each in zip(*taken, strict=True))
            assert there <= MOST_OF_LINUX * here, taken
        finally:
            computer.wait()


def of_set_up(computer: Computer, screen: dict[str, str], data: Path) -> float:
    """Seconds of the processor until the window shows."""
    while shows(screen, "LLM Gateway"):
        time.sleep(0.1)  # one that was killed goes a moment later
    window = computer.start(computer.folder / "llmgw-desktop.exe", "--port", "0", **screen)
    try:
        wait_for_window(window, screen, data)
        return processor_s(window)
    finally:
        window.kill()
        window.communicate(timeout=600)


def of_source(computer: Computer, screen: dict[str, str]) -> float:
    """Seconds of the processor that the same takes here, out of a checkout."""
    home = computer.prefix.with_name("home of source")
    while shows(screen, "LLM Gateway"):
        time.sleep(0.1)
    program = subprocess.Popen(
        [sys.executable, "-m", "llmgw_desktop", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, **screen, "LLMGW_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_window(program, screen, home)
        return processor_s(program)
    finally:
        program.kill()
        program.wait(timeout=60)


def processor_s(program: subprocess.Popen[bytes]) -> float:
    fields = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_for_window(
    program: subprocess.Popen[bytes], screen: dict[str, str], data: Path, patience_s: float = 600
) -> None:
    """Patient: where all is well that costs nothing, and a busy machine is not a fault."""
    ends = time.monotonic() + patience_s
    while not shows(screen, "LLM Gateway"):
        if program.poll() is not None or time.monotonic() > ends:
            shot = Path(tempfile.gettempdir(), "llmgw-no-window.png")
            picture(screen, shot)
            logs = "\n".join(f.read_text(errors="replace")[-4000:] for f in data.rglob("*.log"))
            ended = program.poll()
            pytest.fail(f"no window; it ended with {ended}; the screen: {shot}; its log:\n{logs}")
        time.sleep(0.1)


def set_a_program_up(computer: Computer, program: Path) -> Path:
    """The file of its settings, which `connect` made."""
    (computer.person / ".cursor").mkdir()
    computer.said(program, "connect", "cursor")
    return computer.person / ".cursor/mcp.json"
