"""Many hold it, the engine sees when nobody does, and who comes too late waits for its end."""

import subprocess
import sys
import threading
from pathlib import Path

from llmgw_desktop.store.run_file import UseLock

_HOLD = (
    "import sys, time; from pathlib import Path;"
    "from llmgw_desktop.store.run_file import UseLock;"
    "lock = UseLock(Path(sys.argv[1])); lock.hold(); print('held', flush=True); time.sleep(60)"
)


def test_two_hold_it_and_both_must_go(tmp_path: Path) -> None:
    path = tmp_path / "editors.lock"
    first, second, engine = UseLock(path), UseLock(path), UseLock(path)
    first.hold()
    second.hold()
    first.release()
    assert not engine.end_unused()
    second.release()
    assert engine.end_unused()
    engine.release()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_killed_holder_is_none(tmp_path: Path) -> None:
    path = tmp_path / "editors.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    engine = UseLock(path)
    assert not engine.end_unused()
    holder.kill()
    holder.wait()
    holder.stdout.close()
    engine.wait_unused()
    assert engine.end_unused()
    engine.release()


def test_who_comes_while_the_engine_ends_waits_for_that(tmp_path: Path) -> None:
    path = tmp_path / "editors.lock"
    engine, editor = UseLock(path), UseLock(path)
    assert engine.end_unused()
    waiting = threading.Thread(target=editor.hold)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    engine.release()
    waiting.join(10)
    assert not waiting.is_alive()
    editor.release()
