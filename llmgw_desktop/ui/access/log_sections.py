"""The logs of the Access page: decisions and changes, each with its filter and all that is known of
the chosen one."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from llmgw_desktop.app.access.decisions import COLUMNS as DECISION_COLUMNS
from llmgw_desktop.app.access.decisions import DecisionKind, DecisionRow, shown
from llmgw_desktop.app.audit.book import COLUMNS as CHANGE_COLUMNS
from llmgw_desktop.app.audit.book import AuditBook, ChangeRow, Changes
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, CopyButton
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, cell_column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said

_NO_CHANGES = "Nothing was changed yet."
_NO_CHANGES_TEXT = (
    "Each key, setting, credential and permission that is made, changed or taken away will stand"
    " here: who did it, from where, and from what to what."
)
_FOUND_NONE = "No entry has these words."
_TYPING_MS = 200


_OWN_WORDS = {"When", "Kind", "Outcome", "How", "Took"}
"""Columns in which nothing of others stands."""


def _columns(
    names: Sequence[str], widest: Mapping[str, str], shares: Mapping[str, float], quiet: set[str]
) -> list[Column[Any]]:
    """Of rows that have `cells`, in the order of `names`."""
    return [
        cell_column(
            at,
            name,
            widest=widest.get(name, ""),
            share=shares.get(name, 0.0),
            is_quiet=name in quiet,
            is_words=name in _OWN_WORDS,
        )
        for at, name in enumerate(names)
    ]


def _change_ink(row: ChangeRow, column: Column[ChangeRow], colours: Colours) -> QColor | None:
    """What took something away has its own colour."""
    return colours.error if column.key == "What" and row.takes_away else None


_CHANGES = TableLook(
    name="What was changed", go_first=("From", "Who"), least_chars=52, ink=_change_ink
)
_CHANGE_COLUMNS = _columns(
    CHANGE_COLUMNS,
    {"When": "28 Nov 23:59:59", "Who": "nightly-review", "From": "MCP, 192.168.100.200"},
    {"What": 0.46, CHANGE_COLUMNS[-1]: 0.54},
    {"When", "From"},
)


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
        self._lines = RowModel(_CHANGE_COLUMNS, lambda row: row.number, self)
        self.table = FittedTable(theme, self._lines, _CHANGES)
        self._nothing = EmptyState(theme, icon="access", title=_NO_CHANGES, text=_NO_CHANGES_TEXT)
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
        dialog = QFileDialog(self.window(), said("Export what was changed"))
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
        self._lines.show_rows(found.rows)
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
        copy = QAction(said("Copy the chosen change"), self.table)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.triggered.connect(self._copy_chosen)
        self.table.addAction(copy)

    def _lay_out(self) -> None:
        h_box(
            self._theme,
            (self.field, 1),
            self._count,
            self.check,
            self.export,
            on=self._bar,
            gap=2,
            margins=(6, 3),
        )
        h_box(self._theme, (self._more, 1), self.copy, on=self._foot, gap=3, margins=(6, 2, 6, 3))
        for each in (self._nothing, self._none_found, self.table):
            self._stack.addWidget(each)
        v_box(
            self._theme,
            self._trouble,
            self._bar,
            (self._stack, 1),
            self._foot,
            on=self,
            gap=0,
            margins=0,
        )
        self._bar.hide()


_ALL = "all"
_KINDS = (
    (_ALL, "All"),
    (DecisionKind.PROGRAM.value, "Programs"),
    (DecisionKind.AGENT.value, "Agents"),
    (DecisionKind.GATE.value, "Gate"),
)
_NO_DECISIONS = "Nothing was decided yet."
_NO_DECISIONS_TEXT = (
    "Whom you let in, what you allowed an agent and what the approval gate said will stand here:"
    " who, how and how fast."
)


def _decision_ink(row: DecisionRow, column: Column[DecisionRow], colours: Colours) -> QColor | None:
    """What was refused has its own colour."""
    if column.key != "Outcome":
        return None
    return colours.ok if row.allowed else colours.error


_DECISIONS = TableLook(
    name="Decisions", go_first=("Took", "How", "By", "Kind"), least_chars=48, ink=_decision_ink
)
_DECISION_COLUMNS = _columns(
    DECISION_COLUMNS,
    {
        "When": "28 Nov 23:59:59",
        "Kind": "Program",
        "By": "nightly-review",
        "How": "refused by the gateway",
        "Took": "88 m 88 s",
    },
    {"What": 0.56, "Outcome": 0.44},
    {"When", "Kind", "How"},
)


class DecisionPane(QWidget):
    """`job_wanted` leads to the job of an agent's question."""

    job_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._rows: tuple[DecisionRow, ...] = ()
        self._chosen: DecisionRow | None = None
        self.kinds = Segmented(theme, _KINDS, name="Which decisions")
        self.field = SearchField(theme, "Find in decisions")
        self._count = Label(theme, tone=Tone.MUTED)
        self._lines = RowModel(_DECISION_COLUMNS, parent=self)
        self.table = FittedTable(theme, self._lines, _DECISIONS)
        self._nothing = EmptyState(
            theme, icon="access", title=_NO_DECISIONS, text=_NO_DECISIONS_TEXT
        )
        self._more = FlowingLabel(theme, tone=Tone.MUTED)
        self.job = Button(theme, "Open the job")
        self._stack = QStackedWidget()
        self._bar = QWidget()
        self._foot = QWidget()
        self._lay_out(theme)
        self.kinds.chosen.connect(lambda _: self._show())
        self.field.textChanged.connect(lambda _: self._show())
        self.table.chosen.connect(self._on_chosen)
        self.job.clicked.connect(self._open_job)
        self._show()

    @property
    def more_words(self) -> str:
        return "" if self._foot.isHidden() else self._more.text()

    def show_rows(self, rows: Sequence[DecisionRow]) -> None:
        self._rows = tuple(rows)
        self._show()

    def _show(self) -> None:
        key = self.kinds.key
        kind = None if key == _ALL else DecisionKind(key)
        found = shown(self._rows, kind, self.field.text())
        self._lines.show_rows(found)
        whole = counted(len(self._rows), "decision")
        same = len(found) == len(self._rows)
        self._count.setText(whole if same else f"{len(found):,} of {whole}")
        self._stack.setCurrentIndex(1 if self._rows else 0)
        self._bar.setVisible(bool(self._rows))

    def _on_chosen(self, row: DecisionRow | None) -> None:
        self._chosen = row
        self._foot.setVisible(row is not None)
        if row is not None:
            self._more.setText(row.more)
            self.job.setVisible(bool(row.job_id))

    def _open_job(self) -> None:
        if self._chosen is not None:
            self.job_wanted.emit(self._chosen.job_id)

    def _lay_out(self, theme: Theme) -> None:
        h_box(theme, self.kinds, (self.field, 1), self._count, on=self._bar, gap=2, margins=(6, 3))
        h_box(theme, (self._more, 1), self.job, on=self._foot, gap=3, margins=(6, 2, 6, 3))
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self.table)
        v_box(theme, self._bar, (self._stack, 1), self._foot, on=self, gap=0, margins=0)
        self._foot.hide()
