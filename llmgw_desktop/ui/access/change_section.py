"""What was changed: the audit log with its filter, its check and its export; all that is known of
the chosen entry stands below."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from llmgw_desktop.app.audit_book import AuditBook, ChangeRow, Changes
from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.ui.access.change_table import ChangeTable
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.banner import Banner, BannerKind
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.copy_button import CopyButton
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.search_field import SearchField

_NOTHING = "Nothing was changed yet."
_NOTHING_TEXT = (
    "Each key, setting, credential and permission that is made, changed or taken away will stand"
    " here: who did it, from where, and from what to what."
)
_FOUND_NONE = "No entry has these words."
_TYPING_MS = 200


class ChangeSection(QWidget):
    """Without a book the section says that no log is kept."""

    said = Signal(str, object)

    def __init__(self, theme: Theme, bridge: Bridge, book: AuditBook | None) -> None:
        super().__init__()
        self._theme = theme
        self._bridge = bridge
        self._book = book
        self._asked = 0
        self._trouble = Banner(theme)
        self.field = SearchField(theme, "Find in changes")
        self._count = Label(theme, tone=Tone.MUTED)
        self.check = Button(theme, "Check", name="Check that the log is as it was written")
        self.export = Button(theme, "Export…", name="Export the log to a file")
        self.table = ChangeTable(theme)
        self._nothing = EmptyState(theme, icon="access", title=_NOTHING, text=_NOTHING_TEXT)
        self._none_found = EmptyState(theme, icon="access", title=_FOUND_NONE)
        self._more = FlowingLabel(theme, tone=Tone.MUTED)
        self.copy = CopyButton(theme, lambda: self.more_words, name="all that is known of it")
        self._stack = QStackedWidget()
        self._bar, self._foot = QWidget(), QWidget()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._lay_out()
        self._connect()
        self._on_chosen(None)

    @property
    def more_words(self) -> str:
        return "" if self._foot.isHidden() else self._more.text()

    @property
    def trouble(self) -> str:
        return "" if self._trouble.isHidden() else self._trouble.words

    def read(self) -> None:
        """What there is now; of several questions only the last one's answer counts."""
        if self._book is None:
            return
        self._asked += 1
        asked = self._asked
        self._bridge.fetch(
            self,
            partial(self._book.read, self.field.text()),
            lambda found: self._take(found) if asked == self._asked else None,
            partial(self._fail, "The log cannot be read."),
        )

    def export_to(self, path: Path) -> None:
        if self._book is not None:
            self._bridge.fetch(
                self,
                partial(self._book.export, path),
                lambda words: self.said.emit(words, None),
                partial(self._fail, "The log was not exported."),
            )

    def open_export(self) -> QFileDialog:
        dialog = QFileDialog(self.window(), "Export what was changed")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("JSON lines (*.jsonl)")
        dialog.setDefaultSuffix("jsonl")
        dialog.selectFile("llmgw-audit.jsonl")
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _check(self) -> None:
        if self._book is None:
            return
        self.check.setEnabled(False)

        def told(result: tuple[bool, str]) -> None:
            self.check.setEnabled(True)
            is_whole, words = result
            if is_whole:
                self._trouble.hide()
                self.said.emit(words, None)
            else:
                title = "The log is not as it was written."
                self._trouble.say(BannerKind.ERROR, title, inert_line(words, 400))

        def failed(error: Exception) -> None:
            self.check.setEnabled(True)
            self._fail("The log cannot be checked.", error)

        self._bridge.fetch(self, self._book.check, told, failed)

    def _take(self, found: Changes) -> None:
        self.table.show_rows(found.rows)
        whole = counted(found.total, "change")
        is_part = found.found != found.total or len(found.rows) < found.found
        self._count.setText(f"{len(found.rows):,} of {whole}" if is_part else whole)
        self._bar.setVisible(bool(found.total))
        shown = self.table if found.rows else self._none_found
        self._stack.setCurrentWidget(shown if found.total else self._nothing)

    def _fail(self, what: str, error: Exception) -> None:
        self._trouble.say(BannerKind.ERROR, what, inert_line(str(error), 400))

    def _on_chosen(self, row: ChangeRow | None) -> None:
        self._foot.setVisible(row is not None)
        if row is not None:
            self._more.setText(row.more)

    def _copy_chosen(self) -> None:
        if words := self.more_words:
            QGuiApplication.clipboard().setText(words)
            self.said.emit("Copied.", None)

    def _connect(self) -> None:
        self._typing.timeout.connect(self.read)
        self.field.textChanged.connect(lambda _: self._typing.start())
        self.table.chosen.connect(self._on_chosen)
        self.check.clicked.connect(self._check)
        self.export.clicked.connect(self.open_export)
        copy = QAction("Copy the chosen change", self.table)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.triggered.connect(self._copy_chosen)
        self.table.addAction(copy)

    def _lay_out(self) -> None:
        space = self._theme.space
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(space(6), space(3), space(6), space(3))
        bar.setSpacing(space(2))
        bar.addWidget(self.field, 1)
        bar.addWidget(self._count)
        bar.addWidget(self.check)
        bar.addWidget(self.export)
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(space(6), space(2), space(6), space(3))
        foot.setSpacing(space(3))
        foot.addWidget(self._more, 1)
        foot.addWidget(self.copy)
        for each in (self._nothing, self._none_found, self.table):
            self._stack.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._trouble)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        column.addWidget(self._foot)
        self._bar.hide()
