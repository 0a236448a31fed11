"""Chosen flights, or all that a filter shows, into a file: asked where, followed, called off."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Event as Flag

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from llmgw_desktop.app.flights.export.exporting import (
    FORM_WORDS,
    SUFFIXES,
    ExportCanceled,
    Exported,
    ExportForm,
    FlightExporter,
)
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.words import said

_LOOK_MS = 200
_WORDS = 400
_ORDER = (
    ExportForm.HTML,
    ExportForm.HAR,
    ExportForm.JSONL,
    ExportForm.CURL,
    ExportForm.PYTHON,
)


class FlightExport(QObject):
    """One at a time."""

    said = Signal(str)

    def __init__(
        self,
        exporter: Callable[[], FlightExporter],
        banner: Banner,
        *,
        shown: Callable[[], FlightQuery],
        bridge: Bridge,
        widget: QWidget,
    ) -> None:
        """`banner` shows how far it is while it goes on; `shown` is what the list shows."""
        super().__init__(widget)
        self._shown = shown
        self._exporter = exporter
        self._banner = banner
        self._bridge = bridge
        self._widget = widget
        self._called_off = Flag()
        self._done, self._whole = 0, 0
        self.is_busy = False
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show)

    def add_to(self, menu: QMenu, ids: Sequence[str], count: int) -> None:
        """«Export …» of the chosen rows, and of the whole list of `count` flights."""
        chosen = (
            "Export this flight…" if len(ids) == 1 else f"Export {counted(len(ids), 'flight')}…"
        )
        query, is_idle = self._shown(), not self.is_busy
        one = menu.addAction(said(chosen), partial(self.open_for, tuple(ids)))
        one.setEnabled(is_idle and bool(ids))
        whole = menu.addAction(said(f"Export the list ({count:,})…"), partial(self.open_for, query))
        whole.setEnabled(is_idle and count > 0)

    def open_for(self, chosen: Sequence[str] | FlightQuery) -> QFileDialog:
        """Asks for a file; its ending, or else the form that is chosen there, says the form."""
        dialog = QFileDialog(self._widget.window(), said("Export flights"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{FORM_WORDS[form]} (*{SUFFIXES[form]})": form for form in _ORDER}
        dialog.setNameFilters(list(filters))

        def suit() -> None:
            dialog.setDefaultSuffix(SUFFIXES[filters[dialog.selectedNameFilter()]])

        dialog.filterSelected.connect(suit)
        suit()
        dialog.selectFile("flights")
        dialog.fileSelected.connect(
            lambda name: self.begin(chosen, Path(name), filters[dialog.selectedNameFilter()])
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def begin(self, chosen: Sequence[str] | FlightQuery, path: Path, form: ExportForm) -> None:
        if self.is_busy:
            return
        named = {suffix: each for each, suffix in SUFFIXES.items()}.get(path.suffix, form)
        self._called_off.clear()
        self._done, self._whole, self.is_busy = 0, 0, True
        self._look.start()
        exporter = self._exporter()

        def work() -> Exported:
            ids = exporter.chosen(chosen) if isinstance(chosen, FlightQuery) else chosen
            self._whole = len(ids)
            return exporter.write(path, ids, named, self._goes_on)

        self._bridge.fetch(
            self, work, lambda done: self._end(f"{done.words} {path.name}"), self._fail, slow=True
        )

    def call_off(self) -> None:
        self._called_off.set()

    def _goes_on(self, done: int) -> bool:
        """On the thread that exports."""
        self._done = done
        return not self._called_off.is_set()

    def _show(self) -> None:
        if self._whole:
            words = f"{self._done:,} of {counted(self._whole, 'flight')}"
            self._banner.say(BannerKind.INFO, "Exporting", words, ("Cancel", self.call_off))

    def _end(self, words: str) -> None:
        self.is_busy = False
        self._look.stop()
        self._banner.hide()
        self.said.emit(words)

    def _fail(self, error: Exception) -> None:
        if isinstance(error, ExportCanceled):
            self._end("Export canceled; nothing was written.")
            return
        self._end("Nothing was exported.")
        self._banner.say(
            BannerKind.ERROR,
            "Nothing was exported",
            inert_line(str(error), _WORDS),
            ("Close", self._banner.hide),
        )
