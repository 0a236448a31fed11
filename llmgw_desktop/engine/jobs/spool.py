"""The files that a run writes its output to, and the log of what was said in a talk."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from io import UnsupportedOperation
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import orjson

from llmgw_desktop.domain.jobs.approval import Decision, DecisionWay, PermissionAnswer
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.files import PLAIN, read_at

PIECE_BYTES = 64 * 1024
TAIL_BYTES = 16 * 1024


class Spool:
    """One file from its beginning on; holds one piece at a time."""

    def __init__(self, written: Path | BinaryIO) -> None:
        """A path is read as it stands there. Raises OSError."""
        self._file = written.open("rb", buffering=0) if isinstance(written, Path) else written
        self._handle = _handle_of(self._file)
        self.offset = 0

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def size(self) -> int:
        if self._file.closed:
            return 0
        if self._handle is None:
            return self._file.seek(0, os.SEEK_END)
        return os.fstat(self._handle).st_size

    @property
    def inode(self) -> int:
        return 0 if self._file.closed or self._handle is None else os.fstat(self._handle).st_ino

    def read(self, most: int = PIECE_BYTES) -> bytes:
        """Empty: no more is there now."""
        if self._file.closed:
            return b""
        if self._handle is None:
            self._file.seek(self.offset)
            piece = self._file.read(most)
        else:
            piece = read_at(self._handle, most, self.offset)
        self.offset += len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


def _handle_of(file: BinaryIO) -> int | None:
    """None of one that is encrypted, which does not grow."""
    try:
        return file.fileno()
    except UnsupportedOperation:
        return None


def tail(path: Path) -> str:
    """The end of a file, as it stands there; empty if there is none."""
    try:
        with path.open("rb") as file:
            return tail_of(file)
    except OSError:
        return ""


def tail_of(file: BinaryIO, most: int = TAIL_BYTES) -> str:
    """As text. Raises OSError."""
    file.seek(max(file.seek(0, os.SEEK_END) - most, 0))
    return file.read(most).decode("utf-8", "replace")


def cut(path: Path, most: int) -> bool:
    """Leave so many bytes of a file; whether there were more. Raises OSError."""
    if path.stat().st_size <= most:
        return False
    os.truncate(path, most)
    return True


@value
class SaidMark:
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
    marks: list[SaidMark] = field(default_factory=list)
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
                self.marks.append(SaidMark(at=int(told["at"]), native_id=told["id"], answer=given))
            case "stop":
                self.marks.append(SaidMark(at=int(told["at"])))
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
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | PLAIN, 0o600)
        self.said = Said()
        SaidReader(lambda: path.open("rb")).more(self.said)
        size = os.fstat(self._handle).st_size
        if size and read_at(self._handle, 1, size - 1) != b"\n":
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
