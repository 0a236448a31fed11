"""The signed record of a comparison: whether there is one, its digest, showing and saving it."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.compare import ShownPanel, ShownReceipt
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.copy_button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.text_field import TextLines
from llmgw_desktop.ui.widgets.wrapped_row import WrappedRow

_NONE = (
    "A receipt holds who said what, the verdicts and their digests, signed with this installation's"
    " key. It can be verified years later, offline. Once it is made, no judge can be asked."
)


class ReceiptLine(QWidget):
    """`make_wanted` asks for the receipt to be made; it is shown when the panel comes again."""

    make_wanted = Signal()
    save_wanted = Signal(object, object)
    """The ShownReceipt, and the file."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._receipt: ShownReceipt | None = None
        self._words = FlowingLabel(theme, tone=Tone.MUTED)
        self._digest = FlowingLabel(theme)
        self._digest.setFont(theme.mono_font(TextSize.CAPTION))
        self.make = Button(theme, "Make receipt")
        self.show_it = Button(theme, "Show")
        self.save = Button(theme, "Save receipt…")
        self.copy = CopyButton(theme, lambda: self._digest.text(), name="the receipt's SHA-256")
        self._lay_out()
        self.make.clicked.connect(self.make_wanted)
        self.show_it.clicked.connect(self._show)
        self.save.clicked.connect(self._choose_file)

    @property
    def receipt(self) -> ShownReceipt | None:
        return self._receipt

    def show_panel(self, panel: ShownPanel) -> None:
        receipt = self._receipt = panel.receipt
        self._words.setText(_NONE if receipt is None else f"{receipt.words}. SHA-256:")
        self._digest.setText("" if receipt is None else receipt.digest)
        for part in (self._digest, self.copy, self.show_it, self.save):
            part.setVisible(receipt is not None)
        self.make.setVisible(receipt is None)
        self.make.setEnabled(panel.has_ended)

    def _show(self) -> None:
        if self._receipt is not None:
            ReceiptDialog(self._theme, self._receipt, self.window()).open()

    def _choose_file(self) -> None:
        receipt = self._receipt
        if receipt is None:
            return
        dialog = QFileDialog(self.window(), "Save receipt")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(receipt.file_name)
        dialog.fileSelected.connect(lambda name: self.save_wanted.emit(receipt, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        space = self._theme.space
        digest = QHBoxLayout()
        digest.setSpacing(space(1))
        digest.addWidget(self._digest, 1)
        digest.addWidget(self.copy)
        buttons = QWidget()
        row = WrappedRow(space(2), buttons)
        for button in (self.make, self.show_it, self.save):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        column.addWidget(self._words)
        column.addLayout(digest)
        column.addWidget(buttons)


class ReceiptDialog(QDialog):
    """A receipt for people; Esc leaves. Open it with `open()`."""

    def __init__(self, theme: Theme, receipt: ShownReceipt, parent: QWidget) -> None:
        super().__init__(parent)
        space = theme.space
        self.setWindowTitle(receipt.words.partition(" · ")[0])
        self.text = TextLines(theme, receipt.markdown, name="Receipt")
        self.text.setReadOnly(True)
        close = Button(theme, "Close")
        close.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(FlowingLabel(theme, receipt.words, tone=Tone.MUTED), 1)
        foot.addWidget(CopyButton(theme, lambda: receipt.markdown, name="the receipt as text"))
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(5), space(5), space(4))
        column.setSpacing(space(3))
        column.addWidget(self.text, 1)
        column.addLayout(foot)
        self.resize(space(170), space(130))
        self.finished.connect(self.deleteLater)
