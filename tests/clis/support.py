"""What the CLIs really said once, and ways to have a reader read it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, TypeVar

import orjson

from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.domain.cli import CliEvent, CliName, CliRequest, RunEnded, RunUsageTold, TextGrew

TRANSCRIPTS = Path(__file__).parent / "transcripts"
T = TypeVar("T")
SESSION = "6390d421-78d0-4a46-abc8-2ad6706e805a"


def transcript(name: str) -> bytes:
    return (TRANSCRIPTS / name).read_bytes()


def stderr_of(name: str) -> str:
    """What came on stderr along with a transcript."""
    said = TRANSCRIPTS / f"{name.removesuffix('.jsonl')}.stderr"
    return said.read_text() if said.exists() else ""


def lines(*messages: object) -> bytes:
    return b"".join(orjson.dumps(message) + b"\n" for message in messages)


def asked(cli: CliName, prompt: str = "say pong", **fields: Any) -> CliRequest:
    return CliRequest(cli=cli, prompt=prompt, **fields)


def events_of(
    reader: OutputReader, output: bytes, *, exit_code: int | None = 0, stderr: str = ""
) -> list[CliEvent]:
    return [*reader.feed(output), *reader.finish(exit_code, stderr)]


def recorded(reader: OutputReader, name: str, exit_code: int | None = 0) -> list[CliEvent]:
    """Of a transcript and the stderr that came along with it."""
    return events_of(reader, transcript(name), exit_code=exit_code, stderr=stderr_of(name))


def events_in_pieces(reader: OutputReader, output: bytes, cuts: list[int]) -> list[CliEvent]:
    edges = [0, *sorted(cut % (len(output) + 1) for cut in cuts), len(output)]
    pieces = [output[start:end] for start, end in itertools.pairwise(edges)]
    return [*(event for piece in pieces for event in reader.feed(piece)), *reader.finish(0, "")]


def only(events: list[CliEvent], kind: type[T]) -> list[T]:
    return [event for event in events if isinstance(event, kind)]


def text_in(events: list[CliEvent]) -> str:
    return "".join(event.text for event in only(events, TextGrew))


def end_of(events: list[CliEvent]) -> RunEnded:
    """The last event, and the only one of its kind."""
    ends = only(events, RunEnded)
    assert len(ends) == 1, events
    assert events[-1] is ends[0]
    return ends[0]


def last_used(events: list[CliEvent]) -> RunUsageTold:
    """The one that counts."""
    return only(events, RunUsageTold)[-1]


def added(cli: Cli, **options: Any) -> list[str]:
    return added_by(cli, asked(cli.name, options=options))


def added_by(cli: Cli, request: CliRequest) -> list[str]:
    """The arguments that a plain request has not."""
    plain = cli.plan(asked(cli.name)).arguments
    return [argument for argument in cli.plan(request).arguments if argument not in plain]


def value_of(cli: Cli, request: CliRequest, flag: str) -> list[str]:
    """What a plan gives a flag, each time that it does."""
    found = [argument.partition("=") for argument in cli.plan(request).arguments]
    return [value for name, _, value in found if name == flag]
