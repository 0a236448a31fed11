"""A recorded flight into a regression set: what its answer must be like, and which file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from llmgw_desktop.app.flights.export.exporting import FlightExporter
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import Field, TextLine, TextLines
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said

_FILE_KEY = "flights/check_set"
_KINDS = (
    ("exact", "The same"),
    ("regex", "Pattern"),
    ("schema", "JSON Schema"),
    ("judge", "Judge"),
)
_HINTS = {
    "exact": "The answer is this text, but for white space around it. Empty: as it was recorded.",
    "regex": "This pattern of RE2 is found in the answer.",
    "schema": "The answer is JSON that fits this JSON Schema.",
    "judge": "Most judges of a panel, named when the set is run, say that the answer meets this.",
}
_FILE_HINT = "In your project's folder; made if it is not there. Secrets are taken out once more."
_TEXT_UNITS = 24
_FILES = "Regression set (*.toml)"


class CheckDialog(FormDialog):
    """`added` tells what was done."""

    added = Signal(str)

    def __init__(
        self,
        theme: Theme,
        exporter: Callable[[], FlightExporter],
        flight_id: str,
        *,
        bridge: Bridge,
        settings: QSettings,
        parent: QWidget,
    ) -> None:
        super().__init__(theme, "Add to a regression set", "Add", parent)
        self._exporter, self._flight_id = exporter, flight_id
        self._bridge, self._settings = bridge, settings
        self.kind = Segmented(theme, _KINDS, name="Check")
        self.wanted = TextLines(theme, name="What the answer must be like")
        self.wanted.setFixedHeight(theme.space(_TEXT_UNITS))
        self.name = TextLine(theme, "Model and flight")
        self.name.setMaxLength(80)
        self.file = TextLine(theme)
        self.file.setText(str(settings.value(_FILE_KEY, "")))
        self.choose = Button(theme, "Choose…")
        self._wanted = Field(theme, "What the answer must be like", self.wanted, _HINTS["exact"])
        name = Field(theme, "Name of the case", self.name)
        file = Field(theme, "File", self.file, _FILE_HINT)
        bottom = Qt.AlignmentFlag.AlignVCenter
        for each in (self.kind, self._wanted, name):
            self.fields.addWidget(each)
        self.fields.addLayout(h_box(theme, (file, 1), (self.choose, 0, bottom), gap=2, margins=0))
        self.fields.addStretch(1)
        self.kind.chosen.connect(lambda _: self._look())
        self.wanted.textChanged.connect(self._look)
        self.file.textChanged.connect(lambda _: self._look())
        self.choose.clicked.connect(self._ask_file)
        self.save_wanted.connect(self._add)
        self._look()
        self.fit()

    def _look(self) -> None:
        kind = self.kind.key
        self._wanted.set_hint(_HINTS[kind])
        has_text = kind == "exact" or bool(self.wanted.toPlainText().strip())
        self.allow_saving(has_text and bool(self.file.text().strip()))

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, said("Regression set"), self.file.text(), _FILES)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # it is added to
        dialog.setDefaultSuffix("toml")
        dialog.fileSelected.connect(self.file.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _add(self) -> None:
        path, text = Path(self.file.text().strip()).expanduser(), self.wanted.toPlainText()
        if not path.is_absolute() or not path.parent.is_dir():
            self.show_problem("Name a file in a folder that is there, from the root.")
            return
        checks = [(self.kind.key, text)] if text.strip() else []
        exporter, name = self._exporter(), self.name.text().strip()

        def work() -> str:
            from llmgw_desktop.app.validation.check_files import add_flight  # codecs come with it

            return add_flight(exporter, self._flight_id, path, checks=checks, name=name)

        def done(words: str) -> None:
            self._settings.setValue(_FILE_KEY, str(path))
            self.added.emit(words)
            self.accept()

        self.show_saving(is_under_way=True)
        self._bridge.fetch(self, work, done, self.show_refusal, slow=True)
