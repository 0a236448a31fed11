"""Writes a transcript into a document, slice by slice, and knows which line belongs to what.

What is folded is not in the document, so that long conversations stay light. Painting around the
lines is `transcript_view`'s.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from enum import Enum, auto

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from llmgw_desktop.app.flights.conversation.message_parts import SpeakerRole
from llmgw_desktop.app.flights.conversation.transcript import TranscriptSection
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme

_SLICE_CHARS = 48 * 1024


class LineKind(Enum):
    """What a line of the document is."""

    GAP = auto()
    HEADING = auto()
    BODY = auto()


@value(kw_only=False)
class TranscriptLine:
    """A line's section, by its number, and its part in it."""

    at: int
    section: TranscriptSection
    kind: LineKind
    is_folded: bool
    can_fold: bool
    is_last: bool
    """The last line of its section."""


@value(kw_only=False)
class _Piece:
    """Text of one shape to be put on lines of its own."""

    at: int
    kind: LineKind
    text: str
    shape: QTextCharFormat
    detail: str = ""


def role_ink(role: SpeakerRole, colours: Colours) -> QColor:
    inks = {
        SpeakerRole.USER: colours.accent,
        SpeakerRole.ASSISTANT: colours.ok,
        SpeakerRole.TOOL: colours.cache_write,
        SpeakerRole.ERROR: colours.error,
    }
    return inks.get(role, colours.muted)


class TranscriptDocument:
    """`begin`, then `write` until it says that nothing is left."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document = document
        self._theme = theme
        self._sections: tuple[TranscriptSection, ...] = ()
        self._folded: list[bool] = []
        self._owners: list[tuple[int, LineKind]] = []
        """For each line of the document its section and kind."""
        self._waiting: deque[_Piece] = deque()

    def begin(self, sections: tuple[TranscriptSection, ...]) -> None:
        self._sections = sections
        self._folded = [section.is_folded for section in sections]
        self._begin()

    def fold_all(self, folded: bool) -> None:
        """`write` again afterwards."""
        self._folded = [folded and self._can_fold(at) for at in range(len(self._sections))]
        self._begin()

    def write(self) -> bool:
        """The next slice; True while more is left."""
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        room = _SLICE_CHARS
        pieces = []
        while self._waiting and room > 0:
            pieces.append(self._waiting.popleft())
            room -= len(pieces[-1].text) + 100
        self._owners.extend(self._insert(cursor, pieces, is_new=not self._owners))
        return bool(self._waiting)

    def line(self, number: int) -> TranscriptLine | None:
        if not 0 <= number < len(self._owners):
            return None
        at, kind = self._owners[number]
        following = self._owners[number + 1][0] if number + 1 < len(self._owners) else -1
        return TranscriptLine(
            at,
            self._sections[at],
            kind,
            is_folded=self._folded[at],
            can_fold=self._can_fold(at),
            is_last=following != at,
        )

    def toggle(self, number: int) -> None:
        """Fold or unfold what is under the heading on this line."""
        at = self._owners[number][0]
        self._folded[at] = not self._folded[at]
        limit = self._end_of(at)
        end = number + 1
        while end < len(self._owners) and self._owners[end][0] < limit:
            end += 1
        cursor = QTextCursor(self._document.findBlockByNumber(number))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.beginEditBlock()
        last = self._document.findBlockByNumber(end - 1)
        end_position = last.position() + last.length() - 1
        cursor.setPosition(end_position, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        pieces = [] if self._folded[at] else list(self._under(at, limit))
        self._owners[number + 1 : end] = self._insert(cursor, pieces)
        cursor.endEditBlock()

    def _begin(self) -> None:
        self._document.clear()
        self._owners = []
        self._waiting = deque(self._all_pieces())

    def _can_fold(self, at: int) -> bool:
        section = self._sections[at]
        return bool(section.title) and (section.depth == 0 or bool(section.text))

    def _end_of(self, at: int) -> int:
        """The first section that a heading does not cover."""
        end = at + 1
        if self._sections[at].depth == 0:
            while end < len(self._sections) and self._sections[end].depth:
                end += 1
        return end

    def _all_pieces(self) -> Iterator[_Piece]:
        at = 0
        while at < len(self._sections):
            yield from self._head(at)
            end = self._end_of(at)
            if not self._folded[at]:
                yield from self._under(at, end)
            at = end

    def _head(self, at: int) -> Iterator[_Piece]:
        section = self._sections[at]
        if at:
            yield _Piece(at, LineKind.GAP, "", self._gap_shape(section))
        if section.title:
            detail = f"   {section.detail}" if section.detail and section.depth == 0 else ""
            yield _Piece(
                at, LineKind.HEADING, section.title, self._title_shape(section), detail=detail
            )

    def _under(self, at: int, end: int) -> Iterator[_Piece]:
        """The text of a section and all of those that its heading covers."""
        yield from self._body(at)
        for inner in range(at + 1, end):
            yield from self._head(inner)
            if not self._folded[inner]:
                yield from self._body(inner)

    def _body(self, at: int) -> Iterator[_Piece]:
        section = self._sections[at]
        shape = self._body_shape(section)
        for text in _slices(section.text):
            yield _Piece(at, LineKind.BODY, text, shape)

    def _insert(
        self, cursor: QTextCursor, pieces: Iterable[_Piece], *, is_new: bool = False
    ) -> list[tuple[int, LineKind]]:
        """Each piece on new lines; the very first has one already. Gives the owners of them."""
        owners: list[tuple[int, LineKind]] = []
        detail_shape = _shape(self._theme.font(TextSize.CAPTION), self._theme.colours.muted)
        plain = QTextBlockFormat()
        cursor.beginEditBlock()
        for piece in pieces:
            if not is_new:
                cursor.insertBlock(plain, piece.shape)
            is_new = False
            if piece.text:
                cursor.insertText(piece.text, piece.shape)
            if piece.detail:
                cursor.insertText(piece.detail, detail_shape)
            owners.extend([(piece.at, piece.kind)] * (piece.text.count("\n") + 1))
        cursor.endEditBlock()
        return owners

    def _title_shape(self, section: TranscriptSection) -> QTextCharFormat:
        colours, theme = self._theme.colours, self._theme
        if section.depth:
            return _shape(theme.font(TextSize.BODY, QFont.Weight.Medium), colours.text)
        font = theme.font(TextSize.BODY, QFont.Weight.DemiBold)
        return _shape(font, role_ink(section.role, colours))

    def _body_shape(self, section: TranscriptSection) -> QTextCharFormat:
        colours, theme = self._theme.colours, self._theme
        if section.is_code:
            return _shape(theme.mono_font(TextSize.CAPTION), colours.text)
        return _shape(
            theme.font(), colours.error if section.role is SpeakerRole.ERROR else colours.text
        )

    def _gap_shape(self, section: TranscriptSection) -> QTextCharFormat:
        font = self._theme.font()
        font.setPixelSize(self._theme.space(1.5 if section.depth else 2.5))
        return _shape(font, self._theme.colours.muted)


def _slices(text: str) -> Iterator[str]:
    """At line ends, so that each is whole lines; nothing for no text."""
    start = 0
    while len(text) - start > _SLICE_CHARS:
        end = text.find("\n", start + _SLICE_CHARS)
        if end < 0:
            break
        yield text[start:end]
        start = end + 1
    if text:
        yield text[start:]


def _shape(font: QFont, ink: QColor) -> QTextCharFormat:
    shape = QTextCharFormat()
    shape.setFont(font)
    shape.setForeground(ink)
    return shape
