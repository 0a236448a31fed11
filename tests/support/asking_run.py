"""A real CLI that asks, spoken with by its dialogue: spawned, fed, sent to. What a job does with
files and a keeper is done here with pipes and a thread."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from llmgw_desktop.clis.dialogue import Asked, Done, GaveUp, Send, Spoken, Withdrawn
from llmgw_desktop.domain.cli import CliRequest, RunEnded, SessionTold, TextGrew
from llmgw_desktop.domain.permission import Ask, Decision, DecisionWay, PermissionAnswer
from tests.support.cli_bench import Bench

_PATIENCE_S = 200.0


class AskingRun:
    """One run; `events` are all that its dialogue said, in order."""

    def __init__(self, bench: Bench, prompt: str, **fields: Any) -> None:
        fields.setdefault("model", bench.model)
        request = CliRequest(
            cli=bench.cli.name, prompt=prompt, working_dir=str(bench.folder), **fields
        )
        assert bench.cli.asking is not None
        plan = bench.cli.asking.plan(request)
        program = bench.program
        if plan.command not in bench.cli.commands:
            program = program.with_name(plan.command)
        own = bench.made("own")
        for file in plan.files:
            (own / file.name).write_bytes(file.content)
        self.dialogue = bench.cli.asking.dialogue(request, str(bench.folder))
        self.events: list[Spoken] = []
        self.stdout = b""
        self.sent: list[Send] = []
        self._open: dict[str, Ask] = {}
        self._stderr = (bench.root / "stderr").open("wb")
        environment = {
            name: text.replace("{folder}", str(own)) for name, text in plan.environment.items()
        }
        self._process = subprocess.Popen(
            [program, *(each.replace("{folder}", str(own)) for each in plan.arguments)],
            cwd=bench.folder,
            env=bench.environment_with(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        self._said: queue.Queue[bytes | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._take(self.dialogue.begin())

    def __enter__(self) -> AskingRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        if error is not None:
            error.add_note(f"it said: {self.stdout[-4000:].decode(errors='replace')}")
            error.add_note(Path(self._stderr.name).read_text(errors="replace")[-2000:])

    def asks(self, count: int = 1) -> list[Ask]:
        """Until so many are open at once."""
        self.until(lambda: len(self._open) >= count or self.is_done)
        assert len(self._open) == count, (list(self._open), self.events)
        return list(self._open.values())

    def answer(self, ask: Ask, decision: Decision, note: str = "") -> None:
        answer = PermissionAnswer(
            decision=decision, way=DecisionWay.DIALOG, at_s=0.0, note=note, person="ada"
        )
        self._open.pop(ask.native_id)
        self._take(self.dialogue.answer(ask.native_id, answer))

    def stop(self) -> None:
        self._take(self.dialogue.stop())

    def end(self) -> RunEnded:
        """Its turn's end, and its own."""
        self.until(lambda: self.is_done)
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        stderr = Path(self._stderr.name).read_text(errors="replace")
        self.events += self.dialogue.finish(code, stderr)
        assert not self._open, "what the agent asked no longer was withdrawn"
        last = self.events[-1]
        assert isinstance(last, RunEnded)
        return last

    @property
    def is_done(self) -> bool:
        return any(isinstance(each, Done | GaveUp) for each in self.events)

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.events if isinstance(each, TextGrew))

    @property
    def session_id(self) -> str:
        (told,) = [each for each in self.events if isinstance(each, SessionTold)]
        return told.session_id

    def until(self, is_so: Callable[[], bool]) -> None:
        ends = time.monotonic() + _PATIENCE_S
        while not is_so():
            left = ends - time.monotonic()
            try:
                chunk = self._said.get(timeout=max(left, 0.01))
            except queue.Empty:
                raise AssertionError(f"nothing more came behind {self.events}") from None
            assert chunk is not None, f"it ended with {self._process.wait()}"
            self.stdout += chunk
            self._take(self.dialogue.feed(chunk))

    def _take(self, spoken: list[Spoken]) -> None:
        self.events += spoken
        for each in spoken:
            match each:
                case Send():
                    self.sent.append(each)
                    assert self._process.stdin is not None
                    self._process.stdin.write(each.data)
                    self._process.stdin.flush()
                case Asked():
                    self._open[each.ask.native_id] = each.ask
                case Withdrawn():
                    self._open.pop(each.native_id, None)

    def _read(self) -> None:
        assert self._process.stdout is not None
        while chunk := self._process.stdout.read1(65536):  # type: ignore[attr-defined]
            self._said.put(chunk)
        self._said.put(None)
