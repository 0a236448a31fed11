"""The program in which an agent's code runs: a process of its own, started as a file.

It reads one line of JSON with the code, the names of tools with their stubs, and the bounds. It
writes a line for each call of a tool and waits for the answer, and a last line with the end. The
interpreter (`pydantic-monty`) knows neither files nor sockets nor other programs; what it is shut
in with besides is a second lock, where the system has one.
"""

import asyncio
import json
import os
import sys
import threading
from pathlib import Path
from typing import IO, Any

MISSING = "missing"
"""The end of a Python that has no `pydantic-monty`."""
_WARNED_OF = "[unused-awaitable]"
_LONGEST_MESSAGE = 4_000


class _Tools:
    """As the code calls them; each call is a line to the gateway, and a line back."""

    def __init__(self, out: IO[bytes], most_calls: int) -> None:
        self.calls = 0
        self._out = out
        self._most = most_calls
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    def function(self, name: str) -> Any:
        async def call(**arguments: Any) -> Any:
            if self.calls >= self._most:
                raise RuntimeError(f"more than {self._most} calls of tools in one run")
            self.calls += 1
            number = self.calls
            waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
            self.say({"call": number, "tool": name, "arguments": arguments})
            answer = await waiting
            if "error" in answer:
                raise RuntimeError(answer["error"])
            return answer["result"]

        return call

    def answered(self, line: bytes) -> None:
        answer = json.loads(line)
        waiting = self._waiting.pop(answer["call"], None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def say(self, words: dict[str, Any]) -> None:
        try:
            line = json.dumps(words, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            if "call" in words:
                raise RuntimeError("arguments of a tool are what JSON can write") from None
            line = json.dumps({**words, "value": _short(repr(words.get("value")))})
        self._out.write(line.encode("utf-8", "replace") + b"\n")
        self._out.flush()


class _Output:
    """What the code prints, up to a bound."""

    def __init__(self, most: int) -> None:
        self.text = ""
        self.is_cut = False
        self._most = most

    def take(self, stream: str, text: str) -> None:
        room = self._most - len(self.text)
        self.text += text[:room]
        if len(text) > room:
            self.is_cut = True
            raise RuntimeError(f"more than {self._most} characters were printed")


async def run(asked: dict[str, Any], tools: _Tools) -> dict[str, Any]:
    """The end, as it is told."""
    try:
        import pydantic_monty as monty  # nothing but this process reads it in
    except ImportError:
        return {"end": MISSING}
    output = _Output(asked["most_output"])
    functions = {name: tools.function(name) for name in asked["tools"]}
    checkout = {
        "limits": asked["limits"],
        "type_check": True,
        "type_check_stubs": asked["stubs"],
        "type_check_format": "concise",
    }
    given = {"external_lookup": functions, "print_callback": output.take}
    try:
        async with monty.AsyncMonty() as pool, pool.checkout(**checkout) as session:
            try:
                value = await session.feed_run(asked["code"], **given)
            except monty.MontyTypingError as error:
                told = error.display()
                if "error[" in told or _WARNED_OF in told:
                    return {"end": "unfit", "error": _short(told)}
                value = await session.feed_run(asked["code"], skip_type_check=True, **given)
    except monty.MontyCrashedError:
        return {"end": "crashed", "output": output.text}
    except (monty.MontyError, RuntimeError) as error:
        said = error.display() if isinstance(error, monty.MontyError) else str(error)
        return {"end": "failed", "error": _short(said), "output": output.text}
    return {"end": "done", "value": _plain(value), "output": output.text}


def _plain(value: Any, depth: int = 0) -> Any:
    """What JSON can write of it; the rest as its words."""
    if value is None or isinstance(value, str | bool | int | float) or depth > 50:
        return value if depth <= 50 else repr(value)
    if isinstance(value, dict):
        return {str(key): _plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each, depth + 1) for each in value]
    return repr(value)


def _short(text: str) -> str:
    """Its end: there a traceback says what it was."""
    return text if len(text) <= _LONGEST_MESSAGE else f"… {text[-_LONGEST_MESSAGE:]}"


def _hear(loop: asyncio.AbstractEventLoop, tools: _Tools) -> None:
    for line in sys.stdin.buffer:
        loop.call_soon_threadsafe(tools.answered, line)
    os._exit(1)  # the gateway has left


async def _main(asked: dict[str, Any], tools: _Tools) -> None:
    hearing = (asyncio.get_running_loop(), tools)
    threading.Thread(target=_hear, args=hearing, daemon=True).start()
    tools.say({**await run(asked, tools), "calls": tools.calls})


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[4]))
    from llmgw_desktop.platform.children import shut_in

    _asked = json.loads(sys.stdin.buffer.readline())
    shut_in(_asked["cpu_s"])
    # the interpreter's own words go nowhere but to stderr: stdout is the dialogue
    _out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asyncio.run(_main(_asked, _Tools(_out, _asked["most_calls"])))
    os._exit(0)  # what the library does at an end is of no use to anybody
