"""A server that is a program of this computer: one JSON message a line, on its stdin and stdout.

It sees the harmless part of our environment and what the settings give it, leads a group of its
own, and ends when its stdin does, or is ended with all that it started.
"""

import asyncio
import re
import shutil
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from llmgw_desktop.domain.mcp_server import GivenServer
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.engine.jobs.environment import environment_for_installer
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.peer import (
    LONGEST_MESSAGE,
    PARSED_AT_ONCE,
    ServerFailed,
    ServerTalk,
)
from llmgw_desktop.platform.children import apart, end_group, resident_bytes
from llmgw_desktop.platform.processes import all_processes

_CHUNK = 64 << 10
"""Cut into lines at one stretch, however many these are."""
_LEAVING_S = 2.0
"""So long a server may take to end by itself once its stdin has ended."""
_LAST_LINES = 20
_LONGEST_LINE = 400
_ENDS = 512
"""So much of the beginning and the end of a message that is dropped is looked at for its id."""
_ID = re.compile(rb'"id"\s*:\s*(\d{1,15})\s*[,}]')


class ProgramLink:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process, peer: ServerTalk) -> None:
        self._process = process
        self._peer = peer
        self._cut = LineCutter()
        self._last_words: deque[str] = deque(maxlen=_LAST_LINES)
        self._sending = asyncio.Lock()
        self._is_leaving = False
        self._tasks = Tasks()
        self._tasks.start(self._read(), name=f"hear {peer.name}")
        self._tasks.start(self._read_errors(), name=f"hear the errors of {peer.name}")

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> tuple[str, ...]:
        """What it wrote to stderr last."""
        return tuple(self._last_words)

    async def send(self, message: Mapping[str, Any]) -> None:
        """Raises ServerFailed."""
        stdin = self._process.stdin
        assert stdin is not None
        try:
            async with self._sending:
                stdin.write(orjson.dumps(message) + b"\n")
                await stdin.drain()
        except (ConnectionError, RuntimeError):
            raise ServerFailed(f"{self._peer.name} has ended.") from None

    def forget(self, number: int) -> None:
        """It is told by a message alone."""

    def agreed(self, version: str) -> None:
        """Which it says in none of its messages."""

    async def close(self) -> None:
        process = self._process
        self._is_leaving = True
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _LEAVING_S)
        except TimeoutError:
            pass
        finally:
            end_group(process.pid)  # what it started in turn, too
        await process.wait()
        await self._tasks.stop()

    async def _read(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        while not self._is_given_up() and (chunk := await stdout.read(_CHUNK)):
            for line in self._cut.feed(chunk):
                await self._take(line)
                if self._is_given_up():
                    break
            for number in self._cut.dropped():
                self._peer.too_long(number)
        if self._is_given_up():
            end_group(self._process.pid)  # what it goes on saying would be read for nobody
        code = await self._process.wait()
        words = f" It said: {self._last_words[-1]}" if self._last_words else ""
        self._peer.lost(f"{self._peer.name} has ended (exit code {code}).{words}")

    def _is_given_up(self) -> bool:
        """It flooded, or said more than can be read; one that may leave has its time for that."""
        return self._peer.is_over and not self._is_leaving

    async def _take(self, line: bytes) -> None:
        if not line.strip():
            self._peer.junk()
            return
        try:
            if len(line) > PARSED_AT_ONCE:
                message = await asyncio.to_thread(orjson.loads, line)
            else:
                message = orjson.loads(line)
        except ValueError:
            self._peer.junk()
            return
        self._peer.heard(message)

    async def _read_errors(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        cut = LineCutter(64 << 10)
        while chunk := await stderr.read(16 << 10):
            for line in cut.feed(chunk)[-_LAST_LINES:]:  # no more of them is kept
                words = plain_text(line.decode("utf-8", "replace").strip())
                if words:
                    self._last_words.append(words[:_LONGEST_LINE])
            cut.dropped()


class LineCutter:
    """Cuts bytes into lines; one that is too long is dropped while it comes, whatever its size."""

    def __init__(self, longest: int = LONGEST_MESSAGE) -> None:
        self._longest = longest
        self._begun = bytearray()
        self._is_dropping = False
        self._head = b""
        self._tail = b""
        self._dropped: list[int | None] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this completes, without their ends."""
        *whole, rest = chunk.split(b"\n")
        if not whole:
            self._more(rest)
            return []
        line = self._ended(whole[0])
        found = [] if line is None else [line]
        if len(chunk) <= self._longest:  # what follows has its beginning here, and fits
            found += whole[1:]
        else:
            found += [each for each in map(self._ended, whole[1:]) if each is not None]
        self._more(rest)
        return found

    def dropped(self) -> list[int | None]:
        """The ids of what was dropped since this was asked last, where they can be told."""
        found, self._dropped = self._dropped, []
        return found

    def _ended(self, part: bytes) -> bytes | None:
        self._more(part)
        line = bytes(self._begun)
        self._begun.clear()
        if not self._is_dropping:
            return line
        self._is_dropping = False
        told = _ID.search(self._head) or next(iter(_ID.finditer(self._tail)), None)
        self._dropped.append(int(told[1]) if told else None)
        self._head = self._tail = b""
        return None

    def _more(self, part: bytes) -> None:
        if self._is_dropping:
            self._tail = (self._tail + part[-_ENDS:])[-_ENDS:]
            return
        self._begun += part
        if len(self._begun) > self._longest:
            self._is_dropping = True
            self._head, self._tail = bytes(self._begun[:_ENDS]), bytes(self._begun[-_ENDS:])
            self._begun = bytearray()


async def started(server: GivenServer, env: Mapping[str, str], peer: ServerTalk) -> ProgramLink:
    """Raises ServerFailed."""
    usual = environment_for_installer(env)
    program = await asyncio.to_thread(shutil.which, server.command, path=usual["PATH"])
    if program is None:
        raise ServerFailed(f"{server.name}: there is no program {server.command[:200]}.")
    try:
        process = await asyncio.create_subprocess_exec(
            program,
            *server.args,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**usual, **server.env},
            cwd=usual.get("HOME") or str(Path.home()),
            limit=4 * _CHUNK,
            **apart(),
        )
    except NotImplementedError:
        why = "programs behind the gateway are not run on this system; give it a url"
        raise ServerFailed(f"{server.name}: {why}.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or str(error)
        raise ServerFailed(f"{server.name} cannot be started: {why}.") from error
    return ProgramLink(process, peer)


def memory_of(pids: list[int]) -> dict[int, int | None]:
    """Of each of these programs with all that it started, in bytes. For a thread: it looks through
    the computer's processes."""
    children: dict[int, list[int]] = {}
    for seen in all_processes():
        children.setdefault(seen.parent, []).append(seen.mark.pid)
    return {pid: _resident(pid, children) for pid in pids}


def _resident(pid: int, children: Mapping[int, list[int]]) -> int | None:
    own = resident_bytes(pid)
    if own is None:
        return None
    return own + sum(_resident(child, children) or 0 for child in children.get(pid, ()))
