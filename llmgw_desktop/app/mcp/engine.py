"""Many CLIs start the tools that they are given with next to none of their own variables. Whose run
such a tool is in is told by the processes that it came from."""

import asyncio
import logging
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

from llmgw_desktop.app.command_line.running_gateway import lives
from llmgw_desktop.app.command_line.this_program import this_program
from llmgw_desktop.domain.access.principal import RUN_KEY, RUN_URL
from llmgw_desktop.platform.children import apart
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import UseLock, read_run_file

_PROC = Path("/proc")
_MOST = 64
_NAMES = (RUN_KEY, RUN_URL)


def run_variables_above(pid: int | None = None, proc: Path = _PROC) -> Iterator[Mapping[str, str]]:
    """What each process above this one was started with of a run's variables, the nearest first.
    Linux alone tells; those of other people are passed over."""
    at = os.getpid() if pid is None else pid
    for _ in range(_MOST):
        parent = _parent(proc / str(at))
        if parent < 1:
            return
        at = parent
        if found := _variables(proc / str(at)):
            yield found


def _parent(process: Path) -> int:
    """0: none, or it cannot be seen."""
    try:
        # what stands in brackets is the program's name, which may be any text
        return int((process / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _variables(process: Path) -> dict[str, str]:
    try:
        lines = (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    pairs = (line.decode("utf-8", "replace").partition("=") for line in lines)
    return {name: text for name, _, text in pairs if name in _NAMES}


_ALREADY_RUNNING = 3
START_PATIENCE_S = 30.0
_LOOK_S = 0.05
_PREFIX = "llmgw: "
_log = logging.getLogger(__name__)


class NoEngine(Exception):
    """In a sentence that says what to do."""


class _SomebodyElse(Exception):
    """Another gateway holds the home."""


class Engine:
    """Where to ask, and with what."""

    __slots__ = ("certificate", "key", "pid", "url")

    def __init__(self, url: str, pid: int, key: str, certificate: str = "") -> None:
        self.url = url
        self.pid = pid
        self.key = key
        self.certificate = certificate

    def is_same(self, other: "Engine | None") -> bool:
        return other is not None and (self.url, self.pid, self.key) == (
            other.url,
            other.pid,
            other.key,
        )


def lent(env: Mapping[str, str]) -> Engine | None:
    """Within a run of a CLI: the gateway that started it, asked with the run's own key. The
    person's key is not for it, whether it could be read or not."""
    for told in chain([env], run_variables_above()):
        key, url = told.get(RUN_KEY, ""), told.get(RUN_URL, "")
        if key and url:
            return Engine(url, 0, key)
    return None


def find(places: Places) -> Engine | None:
    """The one that runs. The key goes to nobody else: not to who took its port or its number."""
    told = read_run_file(places.run_file)
    if told is None or not lives(told):
        return None
    try:
        key = places.access_key_file.read_text("utf-8").strip()
    except (OSError, ValueError):
        return None
    return Engine(told.mcp or f"{told.url}/mcp", told.pid, key, told.certificate)


async def _seen(places: Places, patience_s: float) -> Engine | None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience_s
    while loop.time() < deadline:
        if (found := find(places)) is not None:
            return found
        await asyncio.sleep(_LOOK_S)
    return None


class Starter:
    """Starts an engine that ends by itself when no editor needs it any more."""

    def __init__(self, places: Places, env: Mapping[str, str], linger_s: int) -> None:
        self._places = places
        self._env = env
        self._linger_s = linger_s
        self._use = UseLock(places.editors_lock)

    async def hold(self) -> None:
        """From now on an engine of this kind stays. Raises NoEngine."""
        try:
            await asyncio.to_thread(self._use.hold)
        except OSError as error:
            place = error.filename or self._places.run_folder
            raise NoEngine(f"{place} cannot be used: {error.strerror}.") from error

    async def start(self) -> Engine:
        """Raises NoEngine, with the engine's own words where it had any. If somebody else is
        quicker, theirs is waited for."""
        loop = asyncio.get_running_loop()
        deadline, pause_s = loop.time() + START_PATIENCE_S, 0.5
        while True:
            try:
                return await self._started(deadline)
            except _SomebodyElse:
                # who holds the home may be about to end, or to open
                if loop.time() + pause_s > deadline:
                    raise NoEngine(
                        "A gateway runs on this home, but it is not open for calls. Look into its"
                        f" window, or into {self._places.log_folder}; `llmgw doctor` says what is"
                        " wrong."
                    ) from None
            if (found := await _seen(self._places, pause_s)) is not None:
                return found
            pause_s = min(2 * pause_s, 4.0)

    async def _started(self, deadline: float) -> Engine:
        """Raises NoEngine, _SomebodyElse."""
        loop = asyncio.get_running_loop()
        with tempfile.TemporaryFile() as said:
            try:
                child = self._spawn(said.fileno())
            except OSError as error:
                raise NoEngine(f"The gateway cannot be started: {error.strerror}.") from error
            _log.info("starting the gateway (pid %d)", child.pid)
            # whenever it ends, we are its parent
            threading.Thread(target=child.wait, name="the engine's end", daemon=True).start()
            while loop.time() < deadline:
                if (found := find(self._places)) is not None:
                    return found
                if (ended := child.poll()) == _ALREADY_RUNNING:
                    raise _SomebodyElse
                if ended is not None:
                    said.seek(0)
                    raise NoEngine(_sentence(said.read()))
                await asyncio.sleep(_LOOK_S)
        raise NoEngine(f"The gateway did not open in {START_PATIENCE_S:.0f} seconds.")

    def _spawn(self, said: int) -> "subprocess.Popen[bytes]":
        words = ("serve", "--while-used", str(self._linger_s))
        return subprocess.Popen(  # noqa: S603 - ourselves
            [*this_program(), *words],
            cwd=self._places.data_folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            **apart(),  # what ends the editor's processes leaves it
        )


def _sentence(said: bytes) -> str:
    """What the engine gave as the reason."""
    lines = said.decode(errors="replace").splitlines()
    told = [line.removeprefix(_PREFIX) for line in lines if line.startswith(_PREFIX)]
    return told[-1] if told else "The gateway ended while it started; `llmgw serve` says why."


HAND_OVER_S = 1.5
"""Whoever takes over the home of an engine that ended gets so long before another is started."""
_FOLLOW_S = 10.0


class Engines:
    """One at a time, for all calls."""

    def __init__(self, places: Places, starter: Starter, lent: Engine | None = None) -> None:
        """`lent`: within a run, the only one."""
        self._places = places
        self._lent = lent
        self._starter = starter
        self._engine: Engine | None = None
        self._lost: Engine | None = None
        self._joining = asyncio.Lock()
        self._failures = 0
        self._failure: NoEngine | None = None
        self._joined = asyncio.Event()

    async def engine(self) -> Engine:
        """The one that runs, else a new one. Raises NoEngine to all who waited for it."""
        failures = self._failures
        async with self._joining:
            if self._engine is None:
                if self._failures != failures and self._failure is not None:
                    raise self._failure
                try:
                    self._use(await self._join())
                except NoEngine as failure:
                    self._failures += 1
                    self._failure = failure
                    raise
            assert self._engine is not None
            return self._engine

    async def next(self) -> Engine:
        """The one that comes after the lost one; none is started for it."""
        deadline = asyncio.get_running_loop().time() + _FOLLOW_S
        while self._engine is None and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_LOOK_S)
            async with self._joining:
                self._use_if_new(self._find())
        while self._engine is None:
            await self._joined.wait()
        return self._engine

    def lost(self, engine: Engine) -> None:
        """It does not answer any more."""
        if self._engine is engine:
            self._engine, self._lost = None, engine
            self._joined.clear()

    def look_again(self, engine: Engine) -> bool:
        """Whether another one, or another key, is to be asked than this one, which refused us."""
        if self._engine is engine:
            found = self._find()
            if found is None or found.is_same(engine):
                return False
            self._use(found)
        return True

    def _use_if_new(self, found: Engine | None) -> None:
        if self._engine is None and found is not None and not found.is_same(self._lost):
            self._use(found)

    def _use(self, engine: Engine) -> None:
        self._engine = engine
        _log.info("joined the gateway at %s (pid %d)", engine.url, engine.pid)
        self._joined.set()

    async def _join(self) -> Engine:
        if self._lent is None:
            await self._starter.hold()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + (HAND_OVER_S if self._lost is not None else 0)
        while True:
            found = self._find()
            is_late = loop.time() >= deadline
            if found is not None and (is_late or not found.is_same(self._lost)):
                return found
            if is_late:
                return await self._starter.start()
            await asyncio.sleep(_LOOK_S)

    def _find(self) -> Engine | None:
        return self._lent or find(self._places)
