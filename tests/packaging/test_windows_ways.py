"""What the program does on Windows in ways of its own, tried under wine, in the folder that
`windows_payload.py` puts together. Two Windows, one walked through without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.command_line.pasted import pasted
from llmgw_desktop.app.flights.copies import CurlRequest, Shell, curl_command
from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs
from tests.packaging.test_windows_program import fill_gaps_of_wine, ready
from tests.packaging.windows_payload import in_windows, put_program, put_together
from tests.packaging.wine import WINE, Computer, windows
from tests.support.raw_http import Reply, openai_headers, send
from tests.support.stdio_client import stdio_client
from tests.support.x_screen import SCREEN_TOOLS, shows, x_screen

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

HOME = "C:\\größe\\gw"
_SETTINGS = """
[http]
port = 0
[clis.claude]
command = 'C:\\tools\\claude.exe'
"""
_CLAUDE = """\
import json, os, pathlib, runpy, sys
option = "--append-system-prompt-file="
files = [each[len(option):] for each in sys.argv if each.startswith(option)]
read = "".join(pathlib.Path(each).read_text("utf-8") for each in files)
with open("C:/tools/said", "w") as file:
    json.dump([sys.argv[1:], read, os.getcwd()], file)
runpy.run_path(r"{script}", run_name="__main__")
"""
"""Tells what it was started with, then speaks as Claude Code does."""
_PYTEST = """\
import sys
sys.path += [r"{root}", r"{packages}"]
sys.dont_write_bytecode = True
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


@dataclass
class House:
    """A Windows with the program, and its gateway."""

    computer: Computer
    payload: Path
    folder: Path
    serving: subprocess.Popen[bytes] | None = None
    url: str = ""
    key: str = ""
    screen: dict[str, str] = field(default_factory=dict)

    @property
    def program(self) -> Path:
        return self.payload / "llmgw.exe"

    @property
    def home(self) -> Path:
        return self.disk / "größe/gw"

    @property
    def disk(self) -> Path:
        return self.computer.prefix / "drive_c"

    @property
    def tools(self) -> Path:
        return self.disk / "tools"

    def environment(self) -> dict[str, str]:
        return {**self.screen, "LLMGW_HOME": HOME}

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        return self.computer.start(*words, **self.environment())

    def run(self, *words: str, given: bytes = b"") -> tuple[int, str]:
        """A command of ours: its code, and what it printed."""
        done = subprocess.run(
            [WINE, self.program, *words],
            env={**self.computer.environment, **self.environment()},
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=600,
            check=False,
        )
        return done.returncode, done.stdout.decode(errors="replace").replace("\r\n", "\n")

    def serve(self, program: str = "") -> None:
        """By the window, where that is named."""
        for found in self.home.rglob("gateway.json"):
            found.unlink()
        words = (self.payload / program,) if program else (self.program, "serve")
        self.serving = self.start(*words)
        self.url, self.key = ready(self.home)

    def end(self) -> None:
        """Killed, as by the Task Manager; its runs' keepers are other processes."""
        assert self.serving is not None
        self.serving.kill()
        self.serving.communicate(timeout=600)

    def ask(self, method: str, path: str, body: Any = None) -> Reply:
        sent = b"" if body is None else json.dumps(body).encode()
        headers = [*openai_headers(self.key)]
        return send(self.url + path, headers=headers, body=sent, method=method, timeout_s=600)

    def job(self, prompt: str, **fields: Any) -> str:
        body = {"cli": "claude", "prompt": prompt, "approvals": "ask", **fields}
        body = {name: value for name, value in body.items() if value is not None}
        reply = self.ask("POST", "/v1/jobs", body)
        assert reply.status == 202, reply.body
        return str(reply.json()["id"])

    def answer(self, choice: str) -> None:
        """The one question that waits, or that comes."""
        told = self.ask("GET", "/v1/questions?wait=60").json()
        (question,) = told["questions"]
        reply = self.ask("POST", f"/v1/questions/{question['id']}", {"choice": choice})
        assert reply.status == 200, reply.body

    def ended(self, job: str) -> Any:
        return until(lambda: self._ended(job))

    def _ended(self, job: str) -> Any:
        told = self.ask("GET", f"/v1/jobs/{job}").json()
        told = told.get("job", told)
        return None if told["state"] in ("queued", "running") else told

    def said(self) -> Any:
        return json.loads((self.tools / "said").read_text())


def until(what: Callable[[], Any]) -> Any:
    ends = time.monotonic() + 600
    while not (found := what()):
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.1)
    return found


@contextmanager
def house(folder: Path) -> Iterator[House]:
    payload = folder / "payload"
    put_together(payload)
    with windows(folder) as computer:
        fill_gaps_of_wine(computer, folder)
        made = House(computer, payload, folder)
        (made.home / "config").mkdir(parents=True)
        (made.home / "config/config.toml").write_text(_SETTINGS)
        made.tools.mkdir()
        (made.tools / "waits.py").write_text(WAITS)
        inside = payload / "_internal"
        put_program(made.tools / "python.exe", inside=inside)
        put_program(made.tools / "pythonw.exe", inside=inside, kind="-mwindows")
        script = made.tools / "claude.py"
        asking = in_windows(ROOT / "tests/support/asking_claude.py")
        script.write_text(_CLAUDE.format(script=asking))
        put_program(made.tools / "claude.exe", "C:\\tools\\claude.py", inside=inside)
        yield made


WAITS = """\
import pathlib, subprocess, sys, time
if len(sys.argv) < 3:
    subprocess.Popen([sys.executable, *sys.argv, "child"])
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.1)
"""
"""What an agent runs, with a child of its own: until there is this file."""


def test_what_it_does_in_windows_own_ways(tmp_path: Path) -> None:
    with house(tmp_path) as made:
        made.serve()
        try:
            an_agent_asks(made)
            what_passes_is_on_record(made)
            an_editor_speaks_by_stdio(made)
            its_line_is_as_long_as_windows_takes(made)
            a_tree_is_ended(made)
            a_run_is_found_again(made)
            folders_are_what_windows_takes(made)
            a_file_that_somebody_holds_is_told_and_left(made)
            keys_lie_in_the_credential_manager(made)
            cmd_runs_what_is_copied_for_it(made)
            numpy_is_not_read_in(made)
        finally:
            made.end()


def an_agent_asks(made: House) -> None:
    work = made.home.parent / "work"
    work.mkdir()
    for choice in ("once", "deny"):
        job = made.job(f"echo hello>{choice}.txt", workingDir="C:\\größe\\work")
        made.answer(choice)
        assert made.ended(job)["state"] == "completed"
    assert [each.name for each in work.iterdir()] == ["once.txt"]


def what_passes_is_on_record(made: House) -> None:
    said = {"model": "practice/echo", "messages": [{"role": "user", "content": "größe"}]}
    reply = made.ask("POST", "/v1/chat/completions", {**said, "stream": True})
    events = [data for _, data in reply.events()]
    assert events[-1] == "[DONE]"
    parts = [json.loads(each)["choices"] for each in events[:-1]]
    text = "".join(each[0]["delta"].get("content") or "" for each in parts if each)
    assert "größe" in text
    code, told = made.run("flights", "list", "--json", "model:practice*")
    assert code == 0, told
    (flight,) = json.loads(told)["flights"]
    assert (flight["id"], flight["streaming"], flight["state"]) == (reply.flight_id, True, "ok")


def an_editor_speaks_by_stdio(made: House) -> None:
    environment = {**made.computer.environment, **made.environment()}
    words = (WINE, str(made.program), "mcp")
    with stdio_client(made.folder / "home", command=words, **environment) as editor:
        editor.initialize()
        editor.request(1, "tools/list")
        assert editor.answer(1)["result"]["tools"]
        editor.request(2, "tools/call", name="list_models", arguments={})
        told = editor.answer(2)["result"]
        assert not told.get("isError")
        assert "Claude Code" in json.dumps(told)


def its_line_is_as_long_as_windows_takes(made: House) -> None:
    """What a CLI reads from a file may be longer; what stands in its line is refused."""
    words = "ä" * 40_000
    job = made.job("echo", appendSystemPrompt=words)
    made.answer("deny")
    assert made.ended(job)["state"] == "completed"
    assert made.said()[1] == words
    tools = [f"Bash(echo {number})" for number in range(1, 701)]
    made.ended(made.job("echo", approvals=None, allowedTools=tools))
    assert any(tools[-1] in each for each in made.said()[0])
    assert sum(len(each) + 1 for each in made.said()[0]) > 20_000
    body = {"cli": "claude", "prompt": "echo", "allowedTools": tools * 2}
    refused = made.ask("POST", "/v1/jobs", body)
    assert refused.status == 413, refused.body
    assert "characters" in refused.json()["error"]["message"]


def a_tree_is_ended(made: House) -> None:
    job = made.job("C:\\tools\\python.exe C:\\tools\\waits.py C:\\tools\\never")
    made.answer("once")
    until(lambda: waiting(made) == 2)
    made.ask("POST", f"/v1/jobs/{job}/cancel")
    assert made.ended(job)["state"] == "canceled"
    until(lambda: waiting(made) == 0)


def a_run_is_found_again(made: House) -> None:
    job = made.job("C:\\tools\\python.exe C:\\tools\\waits.py C:\\tools\\go")
    made.answer("once")
    until(lambda: waiting(made) == 2)
    made.end()
    assert waiting(made) == 2
    made.serve()
    assert made.ask("GET", f"/v1/jobs/{job}").json()["job"]["state"] == "running"
    (made.tools / "go").touch()
    assert made.ended(job)["state"] == "completed"


def waiting(made: House) -> int:
    """Programs of agents that wait."""
    return len(made.computer.processes(b"waits.py"))


def folders_are_what_windows_takes(made: House) -> None:
    """A server's and those of the longer form are; what is none is told in a sentence."""
    work = made.home.parent / "work"
    shared = made.computer.prefix / "dosdevices/unc/server/share"
    shared.parent.mkdir(parents=True)
    shared.symlink_to(work)
    code, told = made.run("flights", "export", "--format", "jsonl", "\\\\server\\share\\all.jsonl")
    assert code == 0, told
    assert (work / "all.jsonl").stat().st_size
    job = made.job("echo", workingDir="\\\\?\\C:\\größe\\work")
    made.answer("deny")
    assert made.ended(job)["state"] == "completed"
    assert made.said()[2].endswith("größe\\work")
    steps = ["n" * 60] * 5
    work.joinpath(*steps).mkdir(parents=True)
    far = "\\".join(["C:\\größe\\work", *steps])
    refused = {
        "C:\\größe\\work\\NUL": "there is no folder",
        "C:\\größe\\work\\CON": "there is no folder",
        "C:\\größe\\work\\once.txt:more": "there is no folder",
        "C:größe\\work": "relative",
        "\\\\nobody\\share": "there is no folder",
        "\\\\.\\C:\\größe": "the gateway's own folders lie in it",
        far: "more than 258 characters",
        f"\\\\?\\{far}": "more than 258 characters",
    }
    for folder, why in refused.items():
        body = {"cli": "claude", "prompt": "x", "workingDir": folder}
        reply = made.ask("POST", "/v1/jobs", body)
        assert reply.status == 400, (folder, reply.body)
        assert why in reply.json()["error"]["message"]


HOLDS = """\
import ctypes, pathlib, sys, time
kernel = ctypes.WinDLL("kernel32")
kernel.CreateFileW.restype = ctypes.c_void_p
held = kernel.CreateFileW(sys.argv[1], 0x80000000, 0, None, 3, 0, None)
print("held" if held != ctypes.c_void_p(-1).value else "not held", flush=True)
while not pathlib.Path("C:/tools/let go").exists():
    time.sleep(0.05)
"""
"""Opens a file as others may not read it meanwhile."""


def a_file_that_somebody_holds_is_told_and_left(made: House) -> None:
    settings = made.home / "config/config.toml"
    before, beside = settings.read_text(), sorted(settings.parent.iterdir())
    (made.tools / "holds.py").write_text(HOLDS)
    words = ("C:\\tools\\holds.py", HOME + "\\config\\config.toml")
    holder = made.start(made.tools / "python.exe", *words)
    assert holder.stdout is not None
    assert holder.stdout.readline().strip() == b"held"
    code, told = made.run("settings", "set", "ui.language", "de")
    assert code != 0
    print(told)
    assert settings.read_text() == before
    assert sorted(settings.parent.iterdir()) == beside
    assert made.ask("GET", "/v1/models").status == 200
    (made.tools / "let go").touch()
    holder.communicate(timeout=600)
    code, told = made.run("settings", "set", "ui.language", "de")
    assert code == 0, told
    assert 'language = "de"' in settings.read_text()


def keys_lie_in_the_credential_manager(made: House) -> None:
    code, told = made.run("vault", "set", "openai", given=b"sk-of-a-test-0123456789abcdef\n")
    assert code == 0, told
    code, told = made.run("vault", "list")
    assert "openai" in told
    code, told = made.run("doctor", "--json")
    assert "WinVault" in told


def cmd_runs_what_is_copied_for_it(made: House) -> None:
    (made.tools / "curl.py").write_text(
        "import json, sys\njson.dump(sys.argv[1:], open('C:/tools/curled', 'w'))\n"
    )
    put_program(made.tools / "curl.exe", "C:\\tools\\curl.py", inside=made.payload / "_internal")
    text = 'größe "%PATH%" & del * ^ | <x> C:\\new'
    asked = CurlRequest(
        url=f"{made.url}/v1/chat/completions",
        key_header="Authorization: Bearer",
        key_file=f"{HOME}\\run\\access.key",
        body=json.dumps({"model": "practice/echo", "said": text}, ensure_ascii=False),
    )
    words = curled_by_cmd(made, curl_command(asked, Shell.CMD))
    assert asked.url in words
    assert f"Authorization: Bearer {made.key}" in words
    assert json.loads(words[-1])["said"] == text
    shutil.copy(made.tools / "curl.exe", made.home.parent / "a (new) one.exe")
    shown = ["C:\\größe\\a (new) one.exe", "key", "add", "x & y", "a,b", "größe"]
    assert curled_by_cmd(made, pasted(shown, is_posix=False)) == shown[1:]


def curled_by_cmd(made: House, line: str) -> list[str]:
    """What a program was given that this line starts."""
    whole = f'cmd /s /c "{line}"'
    script = f"import subprocess\nsubprocess.run({whole!r}, cwd='C:/tools', check=True)\n"
    (made.tools / "pastes.py").write_text(script, "utf-8")
    made.computer.said(made.tools / "python.exe", "C:\\tools\\pastes.py")
    words: list[str] = json.loads((made.tools / "curled").read_text())
    return words


def numpy_is_not_read_in(made: House) -> None:
    """It would end the program, as no exception does; where it cannot be, that is told instead."""
    tried = made.tools / "tries.py"
    tried.write_text("print('before', flush=True)\nimport numpy\nprint('after')\n")
    ended = made.start(made.tools / "python.exe", "C:\\tools\\tries.py")
    out, _ = ended.communicate(timeout=600)
    assert b"after" not in out  # wine hands on eight bits of the code, which are all 0
    assert out.startswith(b"before")
    tried.write_text(
        "from llmgw_desktop.platform.environment import with_numpy\n"
        "try:\n    with_numpy('numpy')\nexcept ImportError as error:\n    print(error)\n"
    )
    said = made.computer.said(made.tools / "python.exe", "C:\\tools\\tries.py")
    assert said == "numpy does not run under wine.\n"


MESSAGES = """\
import ctypes, sys, time
user, found = ctypes.WinDLL("user32"), []
each = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
def look(handle, _):
    name = ctypes.create_unicode_buffer(200)
    user.GetWindowTextW(ctypes.c_void_p(handle), name, 200)
    if name.value.endswith("LLM Gateway") and user.IsWindowVisible(ctypes.c_void_p(handle)):
        found.append(handle)
    return 1
user.EnumWindows(each(look), None)
for word in sys.argv[1:]:
    message, value = (int(part, 16) for part in word.split(":"))
    answer = ctypes.c_size_t()
    user.SendMessageTimeoutW(
        ctypes.c_void_p(found[0]), message, ctypes.c_size_t(value), None, 0, 60000,
        ctypes.byref(answer),
    )
    print(answer.value)
"""
"""Sends messages of the system to the program's window: 218:4 that the computer goes to sleep,
218:12 that it wakes, 11:0 whether the session may end, 16:1 that it does."""


def test_its_window_hears_windows_and_no_console_opens(tmp_path: Path) -> None:
    need_programs(*SCREEN_TOOLS)
    with house(tmp_path) as made, x_screen() as screen:
        (made.tools / "messages.py").write_text(MESSAGES)
        with made.computer.desktop(screen):
            made.screen = screen
            made.serve("llmgw-desktop.exe")
            try:
                until(lambda: shows(screen, "LLM Gateway"))
                no_console_opens(made)
                sleep_is_outlived_and_the_end_is_heard(made)
            finally:
                made.end()
        made.screen = {}


def no_console_opens(made: House) -> None:
    """As one does for a program that was started in the usual way."""
    job = made.job("C:\\tools\\python.exe C:\\tools\\waits.py C:\\tools\\go")
    made.answer("once")
    until(lambda: waiting(made) == 2)
    seen = windows_on(made.screen)
    assert [each for each in seen if "LLM Gateway" in each]
    names = ("python", "claude", "cmd", "llmgw.exe")
    assert not [each for each in seen if any(name in each for name in names)], seen
    starts = made.tools / "starts.py"
    starts.write_text(
        "import subprocess\n"
        "subprocess.run(['C:/tools/python.exe', 'C:/tools/waits.py', 'C:/tools/go', 'child'])\n"
    )
    usual = made.start(made.tools / "pythonw.exe", "C:\\tools\\starts.py")
    until(lambda: [each for each in windows_on(made.screen) if "python" in each])
    (made.tools / "go").touch()
    usual.communicate(timeout=600)
    assert made.ended(job)["state"] == "completed"


def windows_on(screen: dict[str, str]) -> list[str]:
    """Their titles."""
    words = ["xdotool", "search", "--onlyvisible", "--name", ".", "getwindowname", "%@"]
    done = subprocess.run(
        words, env={**os.environ, **screen}, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


def sent(made: House, *messages: str) -> list[str]:
    """What the window answered each."""
    sender = made.start(made.tools / "python.exe", "C:\\tools\\messages.py", *messages)
    out, _ = sender.communicate(timeout=600)
    return out.decode().split()


def sleep_is_outlived_and_the_end_is_heard(made: House) -> None:
    """The end of a session ends the program in order; a job goes on, and is found again."""
    (made.tools / "go").unlink()
    told = sent(made, "218:4", "218:12")
    assert len(told) == 2
    assert made.ask("GET", "/v1/models").status == 200
    job = made.job("C:\\tools\\python.exe C:\\tools\\waits.py C:\\tools\\go")
    made.answer("once")
    until(lambda: waiting(made) == 2)
    assert list(made.home.rglob("*.db-wal"))
    told = sent(made, "11:0", "16:1")
    assert told[0] == "1"  # it may
    assert made.serving is not None
    made.serving.communicate(timeout=600)
    assert not list(made.home.rglob("gateway.json"))
    assert not list(made.home.rglob("*.db-wal")), "its databases are closed"
    assert waiting(made) == 2
    made.serve()
    (made.tools / "go").touch()
    assert made.ended(job)["state"] == "completed"


def test_the_room_for_systems_keeps_its_word(tmp_path: Path) -> None:
    """Its own tests, asked of Windows; those of keepers of the one in Python as well."""
    with house(tmp_path) as made:
        packages = in_windows(Path(pytest.__file__).parents[1])
        runner = made.tools / "run.py"
        runner.write_text(_PYTEST.format(root=in_windows(ROOT), packages=packages))
        room_keeps_its_word(made, "c", "test_this_system", "test_npm_shims", "windows_keeper_cases")
        next(made.payload.rglob("llmgw-keeper.exe")).unlink()
        room_keeps_its_word(made, "python", "test_this_system", "windows_keeper_cases")


def room_keeps_its_word(made: House, keeper: str, *names: str) -> None:
    words = ["--noconftest", "-c", "NUL", "-p", "no:cacheprovider", "-q"]
    places = (ROOT / f"tests/platform/{name}.py" for name in names)
    child = made.computer.start(
        made.tools / "python.exe",
        "C:\\tools\\run.py",
        *(*words, *map(in_windows, places)),
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
        KEEPER=keeper,
    )
    out, _ = child.communicate(timeout=900)
    told = out.decode(errors="replace")
    assert child.returncode == 0, told
