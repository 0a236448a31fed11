"""Asks where a backup of the home is to go, or which one is to come back; and for a passphrase."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.text_field import Field, TextLine

_HOLDS = "Settings, keys, the vault with its master key, flights and jobs."
_WITHOUT_IT = "At least 10 characters. Without it nobody opens the backup, you neither."
_RESTORES = "What is there now is kept beside, and 'llmgw restore --undo' brings it back."
_AS_WIDE_AS_THE_REST = Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon


class BackupDialog(FormDialog):
    """`path` and `passphrase` once `save_wanted` was asked and `is_filled`."""

    def __init__(self, theme: Theme, path: Path, parent: QWidget) -> None:
        super().__init__(theme, "Back up this home", "Back up", parent)
        self._file = _FileLine(theme, str(path), is_new=True)
        self._once, self._again = _secret_line(theme), _secret_line(theme)
        self._again_field = Field(theme, "Once more", self._again)
        self.fields.addWidget(Field(theme, "File", self._file, _HOLDS))
        self.fields.addWidget(Field(theme, "Passphrase", self._once, _WITHOUT_IT))
        self.fields.addWidget(self._again_field)
        self.fields.addStretch(1)
        self.fields.activate()
        self.fit()
        self._once.setFocus()

    @property
    def path(self) -> Path:
        return Path(self._file.text)

    @property
    def passphrase(self) -> str:
        return self._once.text()

    @property
    def is_filled(self) -> bool:
        """Says what is missing, too."""
        is_same = self._once.text() == self._again.text()
        self._again_field.set_wrong("" if is_same else "It is not the same.")
        return is_same and bool(self._once.text() and self._file.text)

    def show_refusal(self, problem: str) -> None:
        self.show_saving(is_under_way=False)
        self.show_problem(problem)


class RestoreDialog(FormDialog):
    """`key` says which backup; for `file` there are `path` and `passphrase`."""

    def __init__(
        self, theme: Theme, choices: Sequence[tuple[str, str]], file: str, parent: QWidget
    ) -> None:
        super().__init__(theme, "Restore a backup", "Restore", parent)
        self._of_file = file
        self._which = Choice(theme, choices, name="Backup")
        self._which.setSizeAdjustPolicy(_AS_WIDE_AS_THE_REST)
        self._file = _FileLine(theme, "", is_new=False)
        self._secret = _secret_line(theme)
        which = Field(theme, "Backup of gateway.db, or of a whole home", self._which, _RESTORES)
        self._only_of_file = (
            Field(theme, "File of a whole home", self._file),
            Field(theme, "Its passphrase", self._secret),
        )
        self.fields.addWidget(which)
        for field in self._only_of_file:
            self.fields.addWidget(field)
        self.fields.addStretch(1)
        self._which.currentIndexChanged.connect(self._show_chosen)
        self._show_chosen()
        self.fields.activate()
        self.fit()

    @property
    def key(self) -> str:
        return self._which.key

    def choose(self, key: str) -> None:
        self._which.choose(key)

    @property
    def path(self) -> Path:
        return Path(self._file.text)

    @property
    def passphrase(self) -> str:
        return self._secret.text()

    def show_refusal(self, problem: str) -> None:
        self.show_saving(is_under_way=False)
        self.show_problem(problem)

    def _show_chosen(self) -> None:
        for field in self._only_of_file:
            field.setEnabled(self.key == self._of_file)


class _FileLine(QWidget):
    """A path to type, or to choose."""

    def __init__(self, theme: Theme, path: str, *, is_new: bool) -> None:
        super().__init__()
        self._is_new = is_new
        self._line = TextLine(theme, name="File")
        self._line.setText(path)
        choose = Button(theme, "Choose…", name="Choose the file")
        choose.setText("Choose…")
        choose.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self._line, 1)
        row.addWidget(choose)
        self.setFocusProxy(self._line)
        self.setMinimumHeight(self._line.sizeHint().height())

    @property
    def text(self) -> str:
        return self._line.text().strip()

    def _browse(self) -> None:
        dialog = QFileDialog(self.window(), "Choose the file", self.text)
        accept, mode = QFileDialog.AcceptMode, QFileDialog.FileMode
        dialog.setAcceptMode(accept.AcceptSave if self._is_new else accept.AcceptOpen)
        dialog.setFileMode(mode.AnyFile if self._is_new else mode.ExistingFile)
        dialog.fileSelected.connect(self._line.setText)
        dialog.open()


def _secret_line(theme: Theme) -> TextLine:
    line = TextLine(theme)
    line.setEchoMode(TextLine.EchoMode.Password)
    return line
