"""Log: what the program itself did, filtered by level and words, as it is written; and a report
of a fault, which a person reads before it goes anywhere."""

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QHideEvent,
    QShowEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
)
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget
from typing_extensions import override

from llmgw_desktop.app.gateway.log_file import LogEntry, LogReader
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings_changes import SettingsFileWatch
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, add_key
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.texts import ReadText
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said

MOST_ENTRIES = 4000
_AT_ONCE = 100
"""So many entries are put down in one turn of the loop."""
_LEVELS = [("DEBUG", "All"), ("WARNING", "Warnings"), ("ERROR", "Errors")]
_WIDTH_UNITS, _HEIGHT_UNITS = 200, 150
_BEFORE = (
    "Nothing has been sent. Secrets are taken out and your own folder is called ~; names of"
    " providers, clients and hosts are in it. Look it over, then copy or save it."
)


class Reports(Protocol):
    """What is asked of `app/doctor/diagnostics.py`; a worker asks."""

    def text(self) -> str: ...


class LogPage(QWidget, MadeInSteps):
    """Follows while it is seen; `pause` has it stand still."""

    folder_wanted = Signal()
    said = Signal(str)

    def __init__(
        self,
        reader: LogReader,
        reports: Reports,
        bridge: Bridge,
        theme: Theme,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._reader, self._reports = reader, reports
        self._bridge, self._theme = bridge, theme
        self._entries: deque[LogEntry] = deque(maxlen=MOST_ENTRIES)
        self._coming: deque[LogEntry] = deque()
        self._is_paused = False
        self._is_reading = False
        self._is_read = False
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        theme = self._theme
        self.search = SearchField(theme, "Filter by words")
        self.level = Segmented(theme, _LEVELS, name="Which entries are shown")
        self.pause = Button(theme, "Pause", icon="pause")
        self.folder = Button(theme, "Open the folder", icon="folder")
        self.report = Button(theme, "Copy for a bug report", icon="copy")
        yield
        self.text = ReadText(theme, "Log", margin=2)
        self.text.setFont(theme.mono_font(TextSize.CAPTION))
        self.text.setMaximumBlockCount(4 * MOST_ENTRIES)
        self._colours = _LevelColours(self.text, theme)
        self._words = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        yield
        bar = h_box(theme, (self.search, 1), self.level, self.pause, None, gap=2)
        acts = h_box(theme, (self._words, 1), self.folder, self.report, gap=2)
        v_box(theme, bar, acts, (self.text, 1), on=self, gap=2, margins=(6, 4, 6, 4))
        yield
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._put_down)
        self._watch = SettingsFileWatch(self._reader.file, self._read, self)
        self.search.textChanged.connect(lambda _: self._show_anew())
        self.level.chosen.connect(lambda _: self._show_anew())
        self.pause.clicked.connect(self._turn_pause)
        self.folder.clicked.connect(self.folder_wanted)
        self.report.clicked.connect(self._make_report)
        add_key(self, "Filter the log", ("Ctrl+F", "/"), self.search.setFocus)

    @property
    def words(self) -> str:
        """Above the entries."""
        return self._words.text()

    @property
    def is_whole(self) -> bool:
        """All that is wanted is put down."""
        return self._is_read and not self._is_reading and not self._coming

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._watch.start()
        self._read()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._watch.stop()

    def _read(self) -> None:
        if self._is_paused or self._is_reading or not self.isVisible():
            return
        self._is_reading = True
        self._bridge.fetch(self, self._reader.read, self._take, self._tell)

    def _take(self, entries: Sequence[LogEntry]) -> None:
        self._is_reading, self._is_read = False, True
        self._entries.extend(entries)
        self._coming.extend(each for each in entries if self._is_wanted(each))
        self._count()
        self._put_down()

    def _tell(self, error: Exception) -> None:
        self._is_reading, self._is_read = False, True
        why = error.strerror if isinstance(error, OSError) else error
        self._words.setText(f"{self._reader.file} cannot be read: {why}.")

    def _is_wanted(self, entry: LogEntry) -> bool:
        text = entry.text.casefold()
        words = self.search.text().casefold().split()
        return entry.is_at_least(self.level.key) and all(word in text for word in words)

    def _count(self) -> None:
        count = sum(map(self._is_wanted, self._entries))
        words = counted(count, "entry", "entries") if self._entries else "The log is empty."
        if self._entries and not count:
            words = "Nothing matches."
        still = " Paused: what comes now is shown when you go on." if self._is_paused else ""
        self._words.setText(f"{words}{still}")

    def _show_anew(self) -> None:
        self.text.clear()
        self._coming = deque(each for each in self._entries if self._is_wanted(each))
        self._count()
        self._put_down()

    def _put_down(self) -> None:
        """Some, then the loop has its turn. Who has scrolled back stays there."""
        some = [self._coming.popleft() for _ in range(min(_AT_ONCE, len(self._coming)))]
        if some:
            self.text.appendPlainText("\n".join(each.text for each in some))
        if self._coming:
            self._turn.start(0)

    def _turn_pause(self) -> None:
        self._is_paused = not self._is_paused
        self.pause.setText("Go on" if self._is_paused else "Pause")
        self.pause.set_icon_name("resume" if self._is_paused else "pause")
        self._count()
        self._read()

    def _make_report(self) -> None:
        self.report.setEnabled(False)
        self._words.setText("Looking at programs, providers and settings …")

        def end() -> None:
            self.report.setEnabled(True)
            self._count()

        def show(text: str) -> None:
            end()
            dialog = ReportDialog(self._theme, text, self.window())
            dialog.said.connect(self.said)
            dialog.open()

        def fail(error: Exception) -> None:
            end()
            self._words.setText(f"The report could not be made: {error}")

        self._bridge.fetch(self, self._reports.text, show, fail, slow=True)


class ReportDialog(QDialog):
    """Open it with `open()`; Esc closes it, and nothing went anywhere."""

    said = Signal(str)

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(said("Report of a fault"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.text = ReadText(theme, "Report", margin=2)
        self.text.setFont(theme.mono_font(TextSize.CAPTION))
        self.text.setPlainText(text)
        self.problem = FlowingLabel(theme, tone=Tone.ERROR)
        self.problem.hide()
        self.copy = Button(theme, "Copy", icon="copy", kind=ButtonKind.PRIMARY)
        self.save = Button(theme, "Save …")
        close = Button(theme, "Close")
        self.copy.clicked.connect(self._copy)
        self.save.clicked.connect(self.open_saving)
        close.clicked.connect(self.reject)
        title = "Report of a fault"
        v_box(
            theme,
            Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            FlowingLabel(theme, _BEFORE, tone=Tone.MUTED),
            (self.text, 1),
            self.problem,
            h_box(theme, None, close, self.save, self.copy, gap=2),
            on=self,
            gap=3,
            margins=(6, 5),
        )
        room = self.screen().availableGeometry()
        self.resize(
            min(theme.space(_WIDTH_UNITS), room.width()),
            min(theme.space(_HEIGHT_UNITS), room.height()),
        )
        self.text.setFocus()

    def open_saving(self) -> QFileDialog:
        """Asks for a file."""
        dialog = QFileDialog(self, said("Save the report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Text (*.md)")
        dialog.setDefaultSuffix("md")
        dialog.selectFile("llmgw-report")
        dialog.fileSelected.connect(self._save)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.said.emit("The report is in the clipboard.")
        self.accept()

    def _save(self, name: str) -> None:
        try:
            Path(name).write_text(self.text.toPlainText(), "utf-8")
        except OSError as error:
            self.problem.say(f"{name} cannot be written: {error.strerror}.")
            return
        self.said.emit(f"The report is in {name}.")
        self.accept()


class _LevelColours(QSyntaxHighlighter):
    """The word says the level; its colour has it found sooner."""

    def __init__(self, text: ReadText, theme: Theme) -> None:
        super().__init__(text.document())
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        colours = self._theme.colours
        for word, colour in (
            (" WARNING ", colours.warning),
            (" ERROR ", colours.error),
            (" CRITICAL ", colours.error),
        ):
            at = text.find(word, 0, 40)
            if at > 0:
                look = QTextCharFormat()
                look.setForeground(colour)
                look.setFontWeight(QFont.Weight.DemiBold)
                self.setFormat(at, len(word), look)
