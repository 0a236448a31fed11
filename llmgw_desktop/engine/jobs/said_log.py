"""What a run that asks was sent and answered, line by line: what a program needs that goes on with
it after us, or reads again what it said.

Lines are appended in one write each. They outlive our end and our crash; the computer's own end is
the run's as well, so nothing waits for the disk.
"""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from llmgw_desktop.domain.permission import Decision, DecisionWay, PermissionAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An answer, or with none the stop, at its place in what the run wrote."""

    at: int
    native_id: str = ""
    answer: PermissionAnswer | None = None


@dataclass(slots=True)
class Said:
    """As it was read."""

    begun: set[str] = field(default_factory=set)
    """Keys of what was sent, wholly or not."""
    sent: set[str] = field(default_factory=set)
    part: dict[str, int] = field(default_factory=dict)
    """How much of one was sent when a program ended that knew it."""
    marks: list[Mark] = field(default_factory=list)
    asked: dict[str, float] = field(default_factory=dict)
    """When each question was first put, by the agent's own ids."""
    is_torn: bool = False
    """A line of it cannot be read: a disk was full."""

    @property
    def unsure(self) -> set[str]:
        """Begun, and nobody knows how much of it arrived."""
        return self.begun - self.sent - set(self.part)

    def take(self, line: bytes) -> None:
        try:
            self._take(orjson.loads(line))
        except (ValueError, KeyError, TypeError):
            self.is_torn = True

    def _take(self, told: dict[str, Any]) -> None:
        match told["what"]:
            case "begun":
                self.begun.add(told["key"])
                self.part.pop(told["key"], None)
            case "part":
                self.part[told["key"]] = int(told["bytes"])
            case "sent":
                self.sent.add(told["key"])
            case "asked":
                self.asked[told["id"]] = float(told["at_s"])
            case "answer":
                answer = told["answer"]
                words = {
                    "decision": Decision(answer["decision"]),
                    "way": DecisionWay(answer["way"]),
                }
                given = PermissionAnswer(**answer | words)
                self.marks.append(Mark(at=int(told["at"]), native_id=told["id"], answer=given))
            case "stop":
                self.marks.append(Mark(at=int(told["at"])))
            case _:
                raise ValueError


class SaidReader:
    """Of a log that somebody else may still write."""

    def __init__(self, opened: Callable[[], BinaryIO]) -> None:
        """Each time anew: it may be encrypted meanwhile."""
        self._opened = opened
        self._read = 0

    def more(self, said: Said) -> None:
        """What has come since."""
        try:
            with self._opened() as file:
                if file.seek(0, os.SEEK_END) == self._read:
                    return
                file.seek(self._read)
                lines, end, _ = file.read().rpartition(b"\n")
        except OSError:
            return
        self._read += len(lines) + len(end)
        for line in lines.splitlines():
            said.take(line)


class SaidLog:
    """Of one run. Its methods raise OSError: what cannot be written down may not be done."""

    def __init__(self, path: Path) -> None:
        """With what an earlier program wrote. Raises OSError."""
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.said = Said()
        SaidReader(lambda: path.open("rb")).more(self.said)
        size = os.fstat(self._handle).st_size
        if size and os.pread(self._handle, 1, size - 1) != b"\n":
            self.said.is_torn = True

    def begun(self, key: str) -> None:
        self._add(what="begun", key=key)

    def part(self, key: str, sent: int) -> None:
        self._add(what="part", key=key, bytes=sent)

    def sent(self, key: str) -> None:
        self._add(what="sent", key=key)

    def asked(self, native_id: str, at_s: float) -> None:
        self._add(what="asked", id=native_id, at_s=at_s)

    def answered(self, native_id: str, answer: PermissionAnswer, at: int) -> None:
        self._add(what="answer", id=native_id, at=at, answer=asdict(answer))

    def stopped(self, at: int) -> None:
        self._add(what="stop", at=at)

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _add(self, **told: object) -> None:
        line = orjson.dumps(told) + b"\n"
        if os.write(self._handle, line) != len(line):
            raise OSError("there is no room for it")
        self.said.take(line)
