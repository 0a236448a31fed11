"""A CLI that asks, whose prompts are shell scripts: each test writes the agent that it needs.

It reads its prompt as its first line (`$prompt`). Its output is lines of `ask ID COMMAND`,
`forget ID`, `text …`, `unproven`, `refused …`, `done`; what it is answered are lines of
`ID allow NOTE`, `ID deny NOTE`, `stop`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from llmgw_desktop.clis.checks import Rights
from llmgw_desktop.clis.cli import Cli, Packaging, SignIn
from llmgw_desktop.clis.dialogue import (
    AskingMode,
    Done,
    GaveUp,
    PermissionAsked,
    Send,
    Spoken,
    Withdrawn,
)
from llmgw_desktop.clis.json_lines import Lines
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import (
    CliEvent,
    CliFacts,
    CliName,
    CliRequest,
    ErrorCategory,
    LaunchPlan,
    RunEnded,
    TextGrew,
)
from llmgw_desktop.domain.jobs.approval import Ask, PermissionAnswer, PermissionKind


class LineDialogue:
    """As the agent's own words have it."""

    def __init__(self, request: CliRequest, cwd: str) -> None:
        self._prompt = str(request.options.get("said", "the prompt"))
        self._cwd = cwd
        self._lines = Lines()
        self._open: list[str] = []
        self._end: RunEnded | None = None

    def begin(self) -> list[Spoken]:
        return [Send(key="prompt", data=f"{self._prompt}\n".encode())]

    def feed(self, chunk: bytes) -> list[Spoken]:
        return [each for line in self._lines.feed(chunk) for each in self._read(line.decode())]

    def answer(self, native_id: str, answer: PermissionAnswer) -> list[Spoken]:
        if native_id not in self._open:
            return []
        self._open.remove(native_id)
        word = "allow" if answer.allows else "deny"
        return [Send(key=f"a {native_id}", data=f"{native_id} {word} {answer.note}\n".encode())]

    def stop(self) -> list[Spoken]:
        denied: list[Spoken] = [
            Send(key=f"a {each}", data=f"{each} deny stopped\n".encode()) for each in self._open
        ]
        self._open.clear()
        return [*denied, Send(key="stop", data=b"stop\n"), Done()]

    def finish(self, exit_code: int | None, stderr: str) -> list[CliEvent]:
        return [self._end or RunEnded(ok=False, error=stderr.strip() or "it did not say")]

    def _read(self, line: str) -> Iterator[Spoken]:
        word, _, rest = line.partition(" ")
        match word:
            case "text":
                yield TextGrew(text=rest)
            case "ask":
                native_id, _, command = rest.partition(" ")
                if native_id not in self._open:
                    self._open.append(native_id)
                kind = PermissionKind.COMMAND
                ask = Ask(native_id=native_id, kind=kind, command=command, cwd=self._cwd)
                yield PermissionAsked(ask=ask)
            case "forget":
                self._open.remove(rest)
                yield Withdrawn(native_id=rest)
            case "refused":
                self._end = RunEnded(ok=False, error=rest, category=ErrorCategory.UPSTREAM)
                yield Done()
            case "unproven":
                self._end = RunEnded(ok=False, error="It does not ask.")
                yield GaveUp()
            case "done":
                self._end = RunEnded(ok=True, text=rest or None)
                yield Done()


def _plan(request: CliRequest) -> LaunchPlan:
    script = f"read -r prompt\n{request.prompt}"
    return LaunchPlan(command="sh", arguments=("-c", script, "agent"))


def spoken_cli(*, needs_pipe: bool = False, **facts: Any) -> Cli:
    return Cli(
        name=CliName.CLAUDE,
        title="Shell",
        vendor="own",
        packaging=Packaging(),
        variables=cli_of(CliName.CLAUDE).variables,
        places=cli_of(CliName.CLAUDE).places,
        rights=Rights(),
        commands=("sh",),
        facts=CliFacts(**{"streams": True, **facts}),
        options=(),
        plan=_plan,
        reader=_no_reader,
        sign_in=SignIn(command=(), guidance=""),
        asking=AskingMode(
            plan=_plan, dialogue=LineDialogue, proof="It is made so.", needs_pipe=needs_pipe
        ),
        read_by=frozenset({"said"}),
    )


def _no_reader(request: CliRequest) -> Any:
    raise AssertionError(f"a run that asks is read by its dialogue: {request.cli}")
