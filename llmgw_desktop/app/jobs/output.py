"""What a job says, made ready for a view: pieces of text with the voice that says them.

Holds what has not been taken yet and nothing else, and of that no more than a view shows: of a
run that writes faster than anybody reads, the earlier part is left out. All that comes is made
harmless here; which colours the voices have is left to the view.
"""

import codecs
from collections import deque
from enum import StrEnum

import orjson

from llmgw_desktop.app.jobs.ansi_text import PLAIN, AnsiReader, Look
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.domain.cli import (
    CliEvent,
    Noted,
    Retrying,
    RunEnded,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.jobs.job import JobFigures
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.outcome import RunAccount

MOST_LINES = 5000
_MOST_CHARS = 2_000_000
_LONGEST_LINE = 1000
_SHOWN_WORDS = 900
_TOOLS_KNOWN = 256
RESTART = "\r"
"""A piece that is this alone: what stands in the last line is written anew."""


class Voice(StrEnum):
    """Who says it."""

    ANSWER = "answer"
    THINKING = "thinking"
    TOOL = "tool"
    WARNING = "warning"
    ERROR = "error"
    STDERR = "stderr"
    NOTE = "note"


@value(kw_only=False)
class Piece:
    """Goes on where the last one ended; line ends are in it."""

    text: str
    voice: Voice
    look: Look = PLAIN


@value(kw_only=False)
class Taken:
    """What came since the last time."""

    pieces: tuple[Piece, ...]
    is_anew: bool = False
    """What was taken before is not what these go on from: show these alone."""


class JobOutput:
    """`note` what the job tells; `take` what there is to show."""

    def __init__(self, *, most_lines: int = MOST_LINES) -> None:
        self._most_lines = most_lines
        self._account = RunAccount()
        self._pieces: deque[Piece] = deque()
        self._chars = 0
        self._line_ends = 0
        self._all_line_ends = 0
        self._is_anew = False
        self._is_cut = False
        self._column = 0
        self._voice: Voice | None = None
        self._tools: dict[str, str] = {}
        self._said = AnsiReader()
        self._stderr = AnsiReader()
        self._stderr_text = codecs.getincrementaldecoder("utf-8")("replace")
        self._has_held_return = False

    @property
    def figures(self) -> JobFigures:
        """As far as it told."""
        return self._account.figures

    @property
    def is_left_out(self) -> bool:
        """Whether there was more than is kept."""
        return self._is_cut or self._all_line_ends >= self._most_lines

    def take(self) -> Taken:
        taken = Taken(tuple(self._pieces), self._is_anew)
        self._pieces.clear()
        self._chars = self._line_ends = 0
        self._is_anew = False
        return taken

    def note(self, event: CliEvent) -> None:
        if not isinstance(event, RunEnded):
            self._account.note(event)
        match event:
            case TextGrew(text=text):
                # Empty lines part what the model says from itself, not from a tool's line.
                begins = self._voice is not Voice.ANSWER
                self._grow(Voice.ANSWER, self._said.feed(text.lstrip("\n") if begins else text))
            case ThinkingGrew(text=text):
                self._grow(Voice.THINKING, [(text, PLAIN)])
            case ToolBegan():
                self._begin_tool(event)
            case ToolEnded(ok=False, call_id=call_id):
                self._line(Voice.WARNING, f"{self._tools.pop(call_id, 'The tool')} failed")
            case Retrying():
                number = "" if event.attempt is None else f", attempt {event.attempt}"
                self._line(Voice.WARNING, f"Tries again{number}: {event.reason}")
            case Noted(text=text):
                self._line(Voice.NOTE, text)
            case Warned(message=message):
                self._line(Voice.WARNING, message)
            case RunEnded():
                self._end(event)

    def note_stderr(self, data: bytes) -> None:
        """As it was written, in any pieces."""
        self._grow_stderr(self._stderr.feed(self._stderr_text.decode(data)))

    def note_gap(self) -> None:
        """Something was passed over."""
        self._is_cut = True

    def _begin_tool(self, event: ToolBegan) -> None:
        name = inert_line(event.name, 80)
        if len(self._tools) < _TOOLS_KNOWN:
            self._tools[event.call_id] = name
        self._line(Voice.TOOL, f"▸ {name}  {event.summary}".rstrip())
        if event.destroys:
            self._line(Voice.WARNING, f"  ⚠ {event.destroys}")

    def _end(self, event: RunEnded) -> None:
        self._grow(Voice.ANSWER, self._said.finish())
        self._grow_stderr(self._stderr.feed(self._stderr_text.decode(b"", final=True)))
        self._grow_stderr(self._stderr.finish())
        if event.ok and not self._account.has_answer:
            whole = event.text or _as_json(event.structured)
            self._grow(Voice.ANSWER, AnsiReader().feed(whole))
        if not event.ok:
            self._line(Voice.ERROR, event.error or "It failed and did not say why.")

    def _line(self, voice: Voice, text: str) -> None:
        """One of its own, however long."""
        self._begin_line(None)
        self._write(inert_line(text, _SHOWN_WORDS), voice, PLAIN)
        self._break()
        self._voice = None

    def _grow(self, voice: Voice, stretches: list[tuple[str, Look]]) -> None:
        for text, look in stretches:
            self._begin_line(voice)
            self._write(inert(text), voice, look)

    def _grow_stderr(self, stretches: list[tuple[str, Look]]) -> None:
        """A lone return begins the line anew, as bars of progress do."""
        for text, look in stretches:
            self._begin_line(Voice.STDERR)
            if self._has_held_return:
                text = f"\r{text}"
            self._has_held_return = text.endswith("\r")
            parts = text.removesuffix("\r").replace("\r\n", "\n").split("\r")
            for number, part in enumerate(parts):
                if number:
                    self._restart()
                self._write(inert(part), Voice.STDERR, look)

    def _begin_line(self, voice: Voice | None) -> None:
        """Where another spoke, on a line of its own."""
        if voice is None or voice is not self._voice:
            if self._column:
                self._break()
            self._has_held_return = False
        self._voice = voice

    def _write(self, text: str, voice: Voice, look: Look) -> None:
        for number, line in enumerate(text.split("\n")):
            if number:
                self._break()
            while len(line) > (room := _LONGEST_LINE - self._column):
                self._add(Piece(line[:room], voice, look))
                self._break()
                line = line[room:]
            if line:
                self._add(Piece(line, voice, look))
                self._column += len(line)

    def _break(self) -> None:
        self._column = 0
        self._all_line_ends += 1
        self._line_ends += 1
        self._add(Piece("\n", Voice.NOTE))

    def _restart(self) -> None:
        """What of this line is still here need not be shown at all."""
        while self._pieces and self._pieces[-1].text not in ("\n", RESTART):
            self._chars -= len(self._pieces.pop().text)
        if not self._pieces or self._pieces[-1].text != RESTART:
            self._add(Piece(RESTART, Voice.NOTE))
        self._column = 0

    def _add(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._chars += len(piece.text)
        while self._line_ends > self._most_lines or self._chars > _MOST_CHARS:
            self._drop_line()

    def _drop_line(self) -> None:
        self._is_anew = self._is_cut = True
        while self._pieces:
            first = self._pieces.popleft()
            self._chars -= len(first.text)
            if first.text == "\n":
                self._line_ends -= 1
                return


def _as_json(value: object) -> str:
    if value is None:
        return ""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
