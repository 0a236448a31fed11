"""Why a prompt did not come from its vendor's cache: the verdict, the first difference, the prompt
as its blocks, and how the conversation went."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QHideEvent, QShowEvent, QTextCursor
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.cache_sheet import (
    CacheSheet,
    block_tip,
    parts_words,
    warm_words,
)
from llmgw_desktop.app.words.figures import fresh_text, tokens_text
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.cache_pictures import BlockBar, FateLegend, TurnStrip
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.fields import TextLines
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.panes import SheetTab
from llmgw_desktop.ui.widgets.texts import DiffColours
from llmgw_desktop.ui.widgets.words import said

SheetOf = Callable[[str], CacheSheet]
_TICK_MS = 1000
_LISTED_LINES = 12
_RUNNING = "The request has not been answered yet."
_READING = "Comparing with earlier requests …"


class CacheTab(SheetTab):
    """Reads only when it is told to `show_record`; the time that is left runs while it is seen."""

    flight_wanted = Signal(str)

    def __init__(self, theme: Theme, bridge: Bridge, sheet_of: SheetOf, clock: Clock) -> None:
        content = QWidget()
        super().__init__(theme, content, "Cache")
        self._theme, self._bridge, self._sheet_of, self._clock = theme, bridge, sheet_of, clock
        self._record: FlightRecord | None = None
        self._sheet: CacheSheet | None = None
        self._headline = _words(theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._advice = _words(theme)
        self._warm = _words(theme, tone=Tone.MUTED)
        self._facts = _words(theme, tone=Tone.MUTED)
        self._bar = BlockBar(theme)
        self._legend = FateLegend(theme)
        self._difference = _lines(theme, "The first difference", 3)
        self._colours = DiffColours(theme, self._difference)
        self._unread = _words(theme, tone=Tone.MUTED)
        self._turns_title = Label(theme, "", weight=QFont.Weight.DemiBold)
        self._strip = TurnStrip(theme)
        self._strip.flight_wanted.connect(self.flight_wanted)
        self._blocks_title = Label(theme, "Blocks", weight=QFont.Weight.DemiBold)
        self._list = _lines(theme, "Blocks of the prompt", _LISTED_LINES)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show_warmth)
        v_box(
            theme,
            v_box(theme, self._headline, self._advice, self._facts, self._warm, gap=1.5),
            self._difference,
            self._unread,
            v_box(theme, self._bar, self._legend, gap=1),
            v_box(theme, self._turns_title, self._strip, gap=1),
            v_box(theme, self._blocks_title, self._list, gap=1),
            None,
            on=content,
            gap=3,
            margins=4,
        )
        self._show_nothing(_READING)

    def show_record(self, record: FlightRecord) -> None:
        before = self._record
        self._record = record
        if before is not None and before.summary == record.summary:
            return
        if record.summary.is_running:
            self._show_nothing(_RUNNING)
            return
        if before is None or before.summary.id != record.summary.id:
            self._show_nothing(_READING)
        self._read(record)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_warmth()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tick.stop()

    def _read(self, record: FlightRecord) -> None:
        flight_id = record.summary.id

        def show(sheet: CacheSheet) -> None:
            if self._record is record:
                self._show(sheet)

        def fail(error: Exception) -> None:
            if self._record is record:
                self._show_nothing(f"It could not be read: {error}")

        self._bridge.fetch(self, lambda: self._sheet_of(flight_id), show, fail)

    def _show_nothing(self, words: str) -> None:
        self._sheet = None
        self._show_sheet(CacheSheet(flight_id="", headline=words))

    def _show(self, sheet: CacheSheet) -> None:
        self._sheet = sheet
        self._show_sheet(sheet)
        self._show_warmth()

    def _show_sheet(self, sheet: CacheSheet) -> None:
        self._headline.setText(sheet.headline)
        self._headline.set_tone(Tone.ERROR if sheet.is_miss else Tone.TEXT)
        self._advice.say(sheet.advice)
        self._facts.say("\n".join(f"{name}: {told}" for name, told in sheet.facts))
        self._warm.say("")
        self._difference.setPlainText(sheet.difference)
        self._difference.setVisible(bool(sheet.difference))
        self._unread.say(sheet.unread)
        names = sheet.names
        self._bar.show_blocks(
            sheet.blocks,
            parts_words(sheet.blocks),
            lambda at: block_tip(sheet.blocks[at], names[at] if at < len(names) else ""),
        )
        self._legend.setVisible(bool(sheet.blocks))
        self._show_legend()
        has_turns = len(sheet.turns) > 1
        self._turns_title.say(f"{len(sheet.turns)} requests of this conversation" * has_turns)
        self._strip.show_turns(sheet.turns)
        self._strip.setVisible(has_turns)
        self._blocks_title.setVisible(bool(sheet.blocks))
        self._list.setPlainText(sheet.block_list)
        self._list.setVisible(bool(sheet.blocks))
        self._lead_to_change(sheet)
        self.setAccessibleDescription(said(" ".join(filter(None, (sheet.headline, sheet.advice)))))

    def _lead_to_change(self, sheet: CacheSheet) -> None:
        """The list is opened where the first difference is."""
        at = next((at for at, each in enumerate(sheet.blocks) if each.is_changed), None)
        if at is not None:
            line = self._list.document().findBlockByNumber(at)
            self._list.setTextCursor(QTextCursor(line))
            self._list.centerCursor()

    def _show_legend(self) -> None:
        if self._record is not None:
            usage = self._record.summary.usage
            read = tokens_text(usage, Figure.CACHE_READ)
            written = tokens_text(usage, Figure.CACHE_WRITE)
            self._legend.show_counts((read, written, fresh_text(usage)))

    def _show_warmth(self) -> None:
        """As of now, and again in a second as long as it runs and is seen."""
        sheet = self._sheet
        if sheet is None:
            self._tick.stop()
            return
        now_s, until_s = self._clock.now_s(), sheet.warmth.until_s
        self._warm.say(warm_words(sheet.warmth, now_s))
        if until_s is not None and until_s > now_s and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()


def _words(
    theme: Theme,
    *,
    size: TextSize = TextSize.BODY,
    tone: Tone = Tone.TEXT,
    weight: QFont.Weight = QFont.Weight.Normal,
) -> Label:
    label = Label(theme, size=size, tone=tone, weight=weight)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def _lines(theme: Theme, name: str, lines: int) -> TextLines:
    view = TextLines(theme, name=name)
    view.setReadOnly(True)
    view.setUndoRedoEnabled(False)
    view.setFont(theme.mono_font(TextSize.CAPTION))
    view.setLineWrapMode(TextLines.LineWrapMode.NoWrap)
    line_px = view.fontMetrics().lineSpacing()
    view.setFixedHeight(round(lines * line_px + 2 * theme.space(2) + theme.space(2)))
    return view
