"""What the keeper on Windows keeps, in whichever program it is: asked of it there, by
`tests/packaging/test_windows_ways.py`, once of the one in C and once of the one in Python."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llmgw_desktop.platform import channels, processes
from llmgw_desktop.platform.processes import ProcessMark
from tests.platform.test_this_system import _PARENT, _Run, _until, run

__all__ = ["run"]
_LITTLE_100NS = 500_000
_SLEEPS = "import time; time.sleep(600)"
_BREAKS_AWAY = """\
import subprocess, sys
try:
    subprocess.Popen([sys.executable, "-c", "pass"], creationflags=0x01000000)
except PermissionError as error:
    print(error.winerror)
"""
_CONSOLE = """\
import ctypes
window = ctypes.WinDLL("kernel32").GetConsoleWindow()
print(ctypes.WinDLL("user32").IsWindowVisible(window))
"""
_STARTER = """\
import sys, time
from pathlib import Path
from llmgw_desktop.platform import channels
from tests.platform.test_this_system import _Run
folder = Path(sys.argv[1])
run = _Run(folder)
channels.make_inputs([folder / "stdin", folder / "holder"])
run.start("import sys\\nfor line in sys.stdin: print('got', line, flush=True)\\nsys.exit(42)")
with open(channels.open_input(folder / "stdin"), "wb", buffering=0) as stdin:
    stdin.write(b"one\\n")
    print("started", flush=True)
    time.sleep(600)
"""


def test_which_one_it_is() -> None:
    """Whoever starts these says it, so that no one is tried twice and the other never."""
    from llmgw_desktop.platform import keeper_windows

    is_in_c = Path(keeper_windows.__file__).with_name(keeper_windows.PROGRAM).exists()
    assert is_in_c is (os.environ["KEEPER"] == "c")


@pytest.mark.parametrize("code", [0, 7, 259, 0xC000013A, 0xFFFFFFFF])
def test_an_exit_code_is_kept_whole(run: _Run, code: int) -> None:
    run.start(f"import ctypes; ctypes.WinDLL('kernel32').ExitProcess(ctypes.c_uint({code}))")
    assert run.ended()[0] == str(code)
    assert (run.folder / "exit").stat().st_size == 41, "over the blanks"


def test_a_tree_is_ended_with_all_that_it_started(run: _Run) -> None:
    keeper = run.start(
        "import subprocess; subprocess.run(['cmd', '/c', 'ping -n 600 127.0.0.1 >nul & exit 6'])"
    )
    _until(lambda: len(run.marks(keeper)) >= 3)
    for mark in run.marks(keeper):
        processes.kill(mark)
    assert run.ended()[0] == "137"
    _until(lambda: not run.marks(keeper))


def test_what_outlives_the_run_is_found_by_its_job(run: _Run) -> None:
    keeper = run.start(
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {_SLEEPS!r}], creationflags=0x208)\nsys.exit(7)"
    )
    assert run.ended()[0] == "7"
    (left,) = run.marks(keeper)
    processes.kill(left)
    _until(lambda: not run.marks(keeper))


def test_nobody_breaks_away_from_it(run: _Run) -> None:
    run.start(_BREAKS_AWAY)
    assert run.ended()[0] == "0"
    assert run.said() == ["5"]


def test_who_is_deaf_to_the_wish_to_end_is_killed(run: _Run) -> None:
    keeper = run.start(f"print('there', flush=True); {_SLEEPS}")
    _until(lambda: run.said() == ["there"])
    (mark,) = run.marks(keeper)
    processes.ask_to_end(ProcessMark(pid=mark.pid, started_ticks=mark.started_ticks))
    processes.kill(mark)
    assert run.ended()[0] == "137"


def test_two_runs_of_one_job_are_both_its_own(run: _Run, tmp_path: Path) -> None:
    second = _Run(tmp_path / "second")
    keepers = {run.start(_PARENT), second.start("import sys; sys.stdin.read(); sys.exit(9)")}
    assert second.ended()[0] == "9"
    _until(lambda: bool(run.said()))
    assert len(run.marks(0) - {m for m in run.marks(0) if m.pid in keepers}) == 2
    for mark in run.marks(0):
        processes.kill(mark)
    assert run.ended()[0] == "137"


def test_it_outlives_whoever_started_it_and_hears_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "über uns"
    words = [sys.executable, "-c", f"import sys; sys.path = {sys.path!r}\n{_STARTER}", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline().strip() == b"started"
        starter.kill()
    stdout = folder / "stdout"
    _until(lambda: b"one" in stdout.read_bytes())
    assert not (folder / "exit").read_text().strip()
    with os.fdopen(channels.open_input(folder / "stdin"), "wb", buffering=0) as stdin:
        stdin.write(b"two\n")
    channels.end_input(folder / "stdin", folder / "holder")
    _until(lambda: (folder / "exit").read_text().split() == ["42"])
    assert stdout.read_text().split() == ["got", "one", "got", "two"]


def test_what_a_run_does_not_read_yet_is_taken_at_once(run: _Run) -> None:
    """Ten megabytes to one that sleeps: a gateway that waited for it would stand still."""
    channels.make_inputs([run.folder / "stdin", run.folder / "holder"])
    go = run.folder / "go"
    run.start(
        "import pathlib, sys, time\n"
        f"while not pathlib.Path({str(go)!r}).exists(): time.sleep(0.02)\n"
        "print(len(sys.stdin.buffer.read()))"
    )
    with os.fdopen(channels.open_input(run.folder / "stdin"), "wb", buffering=0) as stdin:
        for _ in range(10):
            stdin.write(b"x" * 1_000_000)
    channels.end_input(run.folder / "stdin", run.folder / "holder")
    go.touch()
    assert run.ended()[0] == "0"
    assert run.said() == ["10000000"]


def test_an_end_that_is_said_at_once_is_heard(run: _Run) -> None:
    channels.make_inputs([run.folder / "stdin", run.folder / "holder"])
    run.start("import sys; print(len(sys.stdin.read()))")
    channels.end_input(run.folder / "stdin", run.folder / "holder")
    assert run.ended()[0] == "0"
    assert run.said() == ["0"]
    _until(lambda: _is_gone(run.folder / "stdin"))  # the keeper ends a moment after it said so


def test_words_reach_the_run_as_they_are(run: _Run) -> None:
    """Up to what a line may have."""
    odd = [
        "",
        "a b",
        'say "x"',
        "ends with\\",
        'two\\\\" more',
        "größe 日本語",
        "%PATH% ^&|<>",
        "\t",
    ]
    words = [*odd, "n" * 30_000]
    told = run.folder / "told"
    program = "import json, sys; json.dump(sys.argv[2:], open(sys.argv[1], 'w'))"
    from llmgw_desktop.platform import keepers

    env = {**os.environ, processes.MARKER: run.job_id}
    argv = [sys.executable, "-c", program, str(told), *words]
    keepers.start(argv, folder=run.folder, env=env, cwd=run.folder)
    assert run.ended()[0] == "0", (run.folder / "stderr").read_text()
    assert json.loads(told.read_text()) == words


def test_no_console_is_seen(run: _Run) -> None:
    run.start(_CONSOLE)
    assert run.ended()[0] == "0"
    assert run.said() == ["0"]


_HEARS_CONSOLE = """
import threading
from llmgw_desktop.platform import processes_windows
ended = threading.Event()
processes_windows.hear_end(ended.set)
said = [processes_windows.console_said(what, ended.set) for what in (0, 1)]
was_asked = ended.is_set()
ended.clear()
system = threading.Thread(target=processes_windows.console_said, args=(2, ended.set), daemon=True)
system.start()
print(said, was_asked, ended.wait(60), system.is_alive())
"""
"""Its console is closed: wine has none, so what it would call is called."""


def test_the_end_of_its_console_waits_until_a_gateway_has_ended() -> None:
    words = [sys.executable, "-c", _HEARS_CONSOLE]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout.strip() == "[False, True] True True True"


def test_the_start_of_the_computer_has_a_number() -> None:
    """Where Windows counts them; wine does not, and is told to."""
    import winreg

    from llmgw_desktop.platform.processes_windows import BOOTS

    if not processes.boot_id():
        with winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, BOOTS) as kept:
            winreg.SetValueEx(kept, "BootId", 0, winreg.REG_DWORD, 41)
        assert processes.boot_id() == "41"
        winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, BOOTS)
        assert processes.boot_id() == ""
    else:
        assert processes.boot_id().isdecimal()


def test_it_waits_without_work(run: _Run) -> None:
    """No looking now and then: its processor time is that of its start. Wine tells the time of
    whoever asks, which waits meanwhile; its clock has steps of 10 ms."""
    channels.make_inputs([run.folder / "stdin", run.folder / "holder"])
    keeper = run.start("import sys; print('there', flush=True); sys.stdin.read()")
    _until(lambda: run.said() == ["there"])
    before = _processor_100ns(keeper)
    time.sleep(1.5)
    assert _processor_100ns(keeper) - before < _LITTLE_100NS
    channels.end_input(run.folder / "stdin", run.folder / "holder")
    assert run.ended()[0] == "0"


def _is_gone(channel: Path) -> bool:
    try:
        os.close(channels.open_input(channel))
    except OSError:
        return True
    return False


def _processor_100ns(pid: int) -> int:
    kernel = ctypes.WinDLL("kernel32")
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(0x1000, False, pid))
    times = (ctypes.c_uint64 * 4)()
    places = [ctypes.byref(times, 8 * number) for number in range(4)]
    assert kernel.GetProcessTimes(handle, *places)
    kernel.CloseHandle(handle)
    return int(times[2]) + int(times[3])
