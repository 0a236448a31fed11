"""Imported flights in a window of their own: a set is chosen, read, removed, and nothing else.

The list is the one of the page Flights over another file. It has a bridge of its own, so that
nothing which happens in this gateway comes into it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event as Flag

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.imported_sets import ImportedSet, ImportedSets, OpenSet
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.page import FlightsControl, FlightsPage
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.dialogs import ask
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import in_steps, in_turns
from llmgw_desktop.ui.widgets.words import said

_SIZE_UNITS = (290, 190)
_LOOK_MS = 200
_WORDS = 400
_TITLE = "Imported flights"
_READ_ONLY = "An imported set: it can be read, and nothing else."
_READ_ONLY_WORDS = "None of it was asked here. None of it counts in sums, and no program sees it."
_NONE = "No set was imported"
_NONE_WORDS = (
    "Import a file of JSON lines that was exported from a gateway, or an HTTP archive (HAR) of a "
    "browser or a proxy."
)


class ImportedWindow(QDialog):
    """`begin` shows the sets that are there."""

    def __init__(
        self,
        theme: Theme,
        sets: ImportedSets,
        control: FlightsControl,
        *,
        settings: QSettings,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._theme, self._sets, self._control = theme, sets, control
        self._settings = settings
        self._bridge = Bridge(self)
        self._open: OpenSet | None = None
        self._called_off = Flag()
        self._done, self.is_busy = 0, False
        self.page: FlightsPage | None = None
        """Of the set that is chosen."""
        self.setWindowTitle(said(_TITLE))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.chosen = ChoiceBox(theme, (), name="Set")
        self.add = Button(theme, "Import a file…", icon="plus")
        self.remove = Button(theme, "Remove this set…", icon="trash")
        self.mark = Banner(theme, closable=False)
        self.trouble = Banner(theme)
        self._empty = EmptyState(theme, icon="folder", title=_NONE, text=_NONE_WORDS)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show_progress)
        head = h_box(theme, (self.chosen, 1), self.add, self.remove, gap=2, margins=(4, 3, 4, 2))
        self._column = v_box(
            theme, self.mark, self.trouble, head, (self._empty, 1), on=self, gap=0, margins=0
        )
        self.resize(*map(theme.space, _SIZE_UNITS))
        self._empty.hide()
        self.remove.setEnabled(False)
        self.chosen.activated.connect(lambda _: self._read(self.chosen.key))
        self.add.clicked.connect(self.ask_file)
        self.remove.clicked.connect(self._ask_removal)

    def begin(self, wanted: str = "") -> None:
        """With this set, or else the first one."""
        self._bridge.fetch(
            self, self._sets.all, lambda found: self._show_sets(found, wanted), self._fail
        )

    def ask_file(self) -> QFileDialog:
        dialog = QFileDialog(self, said("Import flights"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["JSON lines, HAR (*.jsonl *.har *.json)", "* (*)"])
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def import_file(self, file: Path) -> None:
        """Followed, and ended by «Stop»: what was read until then is the set."""
        if self.is_busy:
            return
        self._called_off.clear()
        self._done, self.is_busy = 0, True
        self.add.setEnabled(False)
        self._look.start()

        def done(told: tuple[str, str]) -> None:
            self._settle()
            self.trouble.say(BannerKind.INFO, told[1])
            self.begin(told[0])

        def failed(error: Exception) -> None:
            self._settle()
            self._fail(error)

        self._bridge.fetch(
            self, lambda: self._sets.add(file, self._goes_on), done, failed, slow=True
        )

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._end()
        super().closeEvent(event)

    @override
    def reject(self) -> None:
        self._end()
        super().reject()

    def _goes_on(self, done: int) -> bool:
        """On the thread that imports."""
        self._done = done
        return not self._called_off.is_set()

    def _show_progress(self) -> None:
        words = f"{counted(self._done, 'flight')} so far"
        self.trouble.say(BannerKind.INFO, "Importing", words, ("Stop", self._called_off.set))

    def _settle(self) -> None:
        self.is_busy = False
        self._look.stop()
        self.trouble.hide()
        self.add.setEnabled(True)

    def _end(self) -> None:
        """Nothing is read any more."""
        self._called_off.set()
        self._look.stop()
        self._bridge.close()
        if self._open is not None:
            self._open.close()
            self._open = None

    def _show_sets(self, found: Sequence[ImportedSet], wanted: str) -> None:
        self.chosen.clear()
        for each in found:
            size = "unreadable" if each.flights is None else counted(each.flights, "flight")
            self.chosen.addItem(f"{each.name} · {said(size)}", each.name)
        self.chosen.choose(wanted)
        self.chosen.setEnabled(bool(found))
        self._empty.setVisible(not found)
        if found:
            self._read(self.chosen.key)
        else:
            self._leave()

    def _read(self, name: str) -> None:
        self._leave()
        self._bridge.fetch(self, lambda: self._sets.open(name), self._show, self._fail)

    def _show(self, opened: OpenSet) -> None:
        if opened.name != self.chosen.key:  # another one was chosen meanwhile
            opened.close()
            return
        self._leave()
        self._open = opened
        self.remove.setEnabled(True)
        self.mark.say(BannerKind.WARNING, _READ_ONLY, _READ_ONLY_WORDS)
        in_turns(self._making(opened), self, self._theme)

    def _making(self, opened: OpenSet) -> Iterator[None]:
        page = yield from in_steps(
            FlightsPage,
            opened.flights,
            self._control,
            self._bridge,
            self._theme,
            settings=self._settings,
        )
        if self._open is not opened:
            page.deleteLater()
            return
        self.page = page
        self._column.addWidget(page, 1)
        self.setWindowTitle(f"{said(_TITLE)}: {opened.name}")

    def _leave(self) -> None:
        """The set that was shown."""
        self.mark.hide()
        self.remove.setEnabled(False)
        self.setWindowTitle(said(_TITLE))
        if self.page is not None:
            self.page.hide()
            self.page.deleteLater()
            self.page = None
        if self._open is not None:
            self._open.close()
            self._open = None

    def _ask_removal(self) -> None:
        name = self.chosen.key
        text = "Its file is deleted. What this gateway recorded itself stays as it is."
        ask(
            self._theme,
            self,
            f"Remove the set {name}?",
            text,
            answers=("Remove", "Keep it"),
            then=lambda: self.remove_set(name),
        )

    def remove_set(self, name: str) -> None:
        """Without asking."""
        self._leave()
        self._bridge.fetch(
            self, lambda: self._sets.remove(name), lambda _: self.begin(), self._fail
        )

    def _fail(self, error: Exception) -> None:
        self.trouble.say(BannerKind.ERROR, "That did not work.", inert_line(str(error), _WORDS))
