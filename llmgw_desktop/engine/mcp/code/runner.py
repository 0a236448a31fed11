"""Runs an agent's code in a child process, and makes its calls of tools for it.

A run has a process of its own, which is ended with it. What the child says is taken as from a
stranger: it may name tools, and nothing else comes of it.
"""

import asyncio
import importlib.util
import json
import logging
import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.plain_text import nearest, plain_text
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.program import LineCutter
from llmgw_desktop.engine.mcp.code.stubs import HEAD, PythonTool
from llmgw_desktop.engine.mcp.tool import ToolAnswer
from llmgw_desktop.platform.children import apart, end_group

LONGEST_CODE = 50_000
MOST_CALLS = 100
MOST_AT_ONCE = 4
"""Runs of all clients; who comes then is told to come again."""
WORK_S = 10.0
"""Of the code itself; while a tool works, or a person is asked, it does not count."""
WHOLE_S = 900.0
MOST_MEMORY = 64 << 20
MOST_OUTPUT = 200_000
LARGEST_RESULT = 4 << 20
"""Of a tool, that code is given; and of the code, that is told."""
_SLEEP_S = 30.0
_GRACE_S = 5.0
"""Beyond what it may take by its own bounds, a child that says nothing is given up."""
_CHUNK = 256 << 10
_PARSED_AT_ONCE = 64 << 10
_LONGEST_ERROR = 2_000
_CHILD = Path(__file__).with_name("child.py")
_UNKNOWN_NAME = re.compile(r"[Nn]ame [`'](\w+)[`'] (?:used when not|is not) defined")
_UNKNOWN_MODULE = re.compile(r"(?:imported module `|No module named ')([\w.]+)")
_BOUNDS: Final = {
    "limits": {
        "max_feed_duration_secs": WORK_S,
        "max_memory": MOST_MEMORY,
        "max_recursion_depth": 200,
        "max_suspensions": 20 * MOST_CALLS,
        "max_total_sleep_secs": _SLEEP_S,
    },
    "most_calls": MOST_CALLS,
    "most_output": MOST_OUTPUT,
    "cpu_s": int(WORK_S + _SLEEP_S),
}
NOT_HERE = (
    "Code cannot be run here: pydantic-monty, which runs it, is not installed, or there is no"
    " build of it for this computer. Where the gateway was installed with pip, `pip install"
    " 'llmgw-desktop[code]'` brings it; the ready-made packages do not hold it. The profile"
    " `search` offers the same tools without code."
)
_log = logging.getLogger(__name__)


@value
class CodeEnd:
    """What came of a run."""

    value: Any = None
    output: str = ""
    error: str = ""
    """In a sentence or two; empty where all went well."""
    category: str = ErrorCategory.INVALID_INPUT
    calls: int = 0


Call = Callable[[str, dict[str, Any]], Awaitable[ToolAnswer]]
"""The tool's name and its arguments."""


class CodeRunner:
    def __init__(self, python: Sequence[str] | None) -> None:
        """`python`: what starts a Python that has our libraries; None where there is none, as in
        one folder that needs no Python."""
        self._python = python
        self._running = 0

    async def run(self, code: str, tools: Sequence[PythonTool], call: Call) -> CodeEnd:
        """`tools`: those that the code names."""
        if self._python is None or importlib.util.find_spec("pydantic_monty") is None:
            return CodeEnd(error=NOT_HERE, category=ErrorCategory.SPAWN)
        if self._running >= MOST_AT_ONCE:
            error = f"{MOST_AT_ONCE} runs of code are under way; come again in a moment."
            return CodeEnd(error=error, category=ErrorCategory.SATURATED)
        self._running += 1
        try:
            return await self._run(self._python, code, tools, call)
        finally:
            self._running -= 1

    async def _run(
        self, python: Sequence[str], code: str, tools: Sequence[PythonTool], call: Call
    ) -> CodeEnd:
        try:
            process = await asyncio.create_subprocess_exec(
                *python,
                str(_CHILD),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
                cwd=_CHILD.anchor,
                limit=2 * _CHUNK,
                **apart(),
            )
        except (NotImplementedError, OSError) as error:
            _log.warning("code cannot be run: %r", error)
            return CodeEnd(error=NOT_HERE, category=ErrorCategory.SPAWN)
        run = _Run(process, tools, call)
        try:
            async with asyncio.timeout(WHOLE_S):
                end = await run.ended(code)
        except TimeoutError:
            end = _stopped(f"it was not done after {WHOLE_S / 60:.0f} minutes", run.calls)
        except ConnectionError:
            end = _stopped("what runs it has ended", run.calls)
        finally:
            end_group(process.pid)
            await run.close()
        return end


class _Run:
    """One dialogue with a child."""

    def __init__(
        self, process: asyncio.subprocess.Process, tools: Sequence[PythonTool], call: Call
    ) -> None:
        self.calls = 0
        self._process = process
        self._tools = {each.function: each for each in tools}
        self._call = call
        self._cut = LineCutter(2 * LARGEST_RESULT)
        self._tasks = Tasks()
        self._sending = asyncio.Lock()

    async def ended(self, code: str) -> CodeEnd:
        """Raises ConnectionError."""
        stubs = HEAD + "".join(each.signature for each in self._tools.values())
        await self._send({"code": code, "tools": list(self._tools), "stubs": stubs, **_BOUNDS})
        stdout = self._process.stdout
        assert stdout is not None
        while True:
            try:
                most_s = None if len(self._tasks) else WORK_S + _SLEEP_S + _GRACE_S
                chunk = await asyncio.wait_for(stdout.read(_CHUNK), most_s)
            except TimeoutError:
                return _stopped(f"it worked for more than {WORK_S:.0f} seconds", self.calls)
            if not chunk:
                return _stopped("the interpreter broke down on it", self.calls)
            for line in self._cut.feed(chunk):
                if (end := await self._take(line)) is not None:
                    return end
            if self._cut.dropped():
                return _stopped(f"what it gave has more than {_megabytes()} MB", self.calls)

    async def close(self) -> None:
        await self._tasks.stop()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()

    async def _take(self, line: bytes) -> CodeEnd | None:
        is_long = len(line) > _PARSED_AT_ONCE
        try:
            said = await asyncio.to_thread(json.loads, line) if is_long else json.loads(line)
        except ValueError:
            return _stopped("the interpreter broke down on it", self.calls)
        if not isinstance(said, dict):
            return None
        if "end" in said:
            return _end_of(said, self._tools, self.calls)
        tool = self._tools.get(str(said.get("tool")))
        if tool is not None and self.calls < MOST_CALLS and isinstance(said.get("call"), int):
            self.calls += 1
            arguments = said.get("arguments")
            given = tool.arguments(arguments if isinstance(arguments, dict) else {})
            work = self._make(said["call"], tool.name, given)
            self._tasks.start(work, name=f"code calls {tool.name}")
        return None

    async def _make(self, number: int, name: str, arguments: dict[str, Any]) -> None:
        answer = await self._call(name, arguments)
        told: dict[str, Any]
        if answer.is_error:
            told = {"error": f"{name}: {_text_of(answer)[:_LONGEST_ERROR]}"}
        else:
            told = {"result": _result_of(answer)}
        line = await asyncio.to_thread(orjson.dumps, told, default=dict)
        if len(line) > LARGEST_RESULT:
            words = f"{name} gave {len(line):,} bytes; code is given {LARGEST_RESULT:,} at most"
            told = {"error": words}
        try:
            await self._send({"call": number, **told})
        except ConnectionError:
            return  # it has ended meanwhile

    async def _send(self, words: Mapping[str, Any]) -> None:
        """Raises ConnectionError."""
        stdin = self._process.stdin
        assert stdin is not None
        async with self._sending:
            stdin.write(orjson.dumps(words, default=dict) + b"\n")
            await stdin.drain()


def _end_of(said: Mapping[str, Any], tools: Mapping[str, PythonTool], calls: int) -> CodeEnd:
    output, error = str(said.get("output", "")), plain_text(str(said.get("error", "")))
    match said["end"]:
        case "done":
            return CodeEnd(value=said.get("value"), output=output, calls=calls)
        case "missing":
            return CodeEnd(error=NOT_HERE, category=ErrorCategory.SPAWN)
        case "unfit":
            words = f"The code was not run: {_located(error)}{_hint(error, tools)}"
            return CodeEnd(error=words)
        case "failed":
            words = _failure(error)
            return CodeEnd(error=f"{words}{_hint(error, tools)}", output=output, calls=calls)
        case _:
            return _stopped("the interpreter broke down on it", calls, output)


def _stopped(why: str, calls: int, output: str = "") -> CodeEnd:
    words = f"The code was ended: {why}. Do less in one run."
    return CodeEnd(error=words, output=output, calls=calls)


def _failure(error: str) -> str:
    """What the last line of a traceback says, in our words where it is one of our bounds."""
    last = error.strip().rsplit("\n", 1)[-1]
    for sign, why in (
        ("TimeoutError: feed time limit", f"it worked for more than {WORK_S:.0f} seconds"),
        ("TimeoutError:", f"it slept for more than {_SLEEP_S:.0f} seconds"),
        ("MemoryError", f"it took more than {MOST_MEMORY >> 20} MB"),
        ("RecursionError", "its functions called each other too deeply"),
    ):
        if last.startswith(sign):
            return f"The code was ended: {why}. Do less in one run."
    return f"The code failed: {error.strip()[-_LONGEST_ERROR:]}"


def _located(error: str) -> str:
    """Without the name of a file that nobody has."""
    lines = (line.replace("main.py:", "line ", 1) for line in error.strip().splitlines()[:10])
    return "\n".join(lines)[:_LONGEST_ERROR]


def _hint(error: str, tools: Mapping[str, PythonTool]) -> str:
    if found := _UNKNOWN_MODULE.search(error):
        return (
            f"\nThere is no module {found[1]}: only such as json, re, math, datetime, collections,"
            " itertools and asyncio; no files, no network, no other programs."
        )
    if found := _UNKNOWN_NAME.search(error):
        near = nearest(found[1], tools)
        meant = f" {near} is meant?" if near else ""
        return f"\nThere is no {found[1]}.{meant} search_tools finds the names of tools."
    return "\nTools are called with await." if "unused-awaitable" in error else ""


def _result_of(answer: ToolAnswer) -> Any:
    if answer.raw is None:
        return dict(answer.structured)
    structured = answer.raw.get("structuredContent")
    return structured if isinstance(structured, dict) else _text_of(answer)


def _text_of(answer: ToolAnswer) -> str:
    if answer.raw is None:
        return answer.text or str(answer.structured.get("error", ""))
    texts = (each.get("text") for each in answer.raw.get("content", []))
    return "\n".join(each for each in texts if isinstance(each, str))


def _environment() -> dict[str, str]:
    """Nothing of ours; on Windows no program starts without some."""
    kept = ("SYSTEMROOT", "SYSTEMDRIVE")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _megabytes() -> int:
    return 2 * LARGEST_RESULT >> 20
