"""Registers a folder that jobs may work in, or changes one: its alias, its folder, whether it is
the one that is meant where none is named."""

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.workspace import ALIAS_WORDS
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.switch_line import SwitchLine
from llmgw_desktop.ui.widgets.text_field import Field, TextLine

_DEFAULT = "Meant where a run names a relative folder and no workspace"
_FOLDER = "Its whole folder: jobs that name it may read and change all of it."


class WorkspaceDialog(FormDialog):
    """`save_wanted` asks for what stands in it to be done."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget,
        *,
        alias: str = "",
        path: str = "",
        is_default: bool = False,
    ) -> None:
        title = f"Change workspace {alias}" if alias else "Add a workspace"
        super().__init__(theme, title, "Save" if alias else "Add", parent)
        self._alias = TextLine(theme, "app")
        self._path = TextLine(theme, "~/src/app")
        self._default = SwitchLine(theme, _DEFAULT)
        self._alias.setText(alias)
        self._alias.setEnabled(not alias)
        self._path.setText(path)
        self._default.set_on(is_default)
        browse = Button(theme, "Choose…", name="Choose its folder")
        browse.setText("Choose…")
        browse.clicked.connect(self._browse)
        beside = QWidget()
        row = QHBoxLayout(beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self._path, 1)
        row.addWidget(browse)
        self._path.setAccessibleName("Folder")
        self._fields = {
            "alias": Field(theme, "Alias", self._alias, f"Short, for requests: {ALIAS_WORDS}."),
            "path": Field(theme, "Folder", beside, _FOLDER),
        }
        for field in self._fields.values():
            self.fields.addWidget(field)
        self.fields.addWidget(self._default)
        self.fields.addStretch(1)
        self.fit()
        (self._path if alias else self._alias).setFocus()

    @property
    def alias(self) -> str:
        return self._alias.text().strip()

    @property
    def path(self) -> str:
        return self._path.text().strip()

    @property
    def is_default(self) -> bool:
        return self._default.is_on

    def show_refusal(self, error: Exception) -> None:
        """Beside the field that it is about, where it is about one."""
        self.show_saving(is_under_way=False)
        about = error.field if isinstance(error, InvalidRun) else ""
        for name, field in self._fields.items():
            field.set_wrong(str(error).removeprefix(f"{name}: ") if name == about else "")
        self.show_problem("" if about in self._fields else str(error))
        self.fit()

    def _browse(self) -> None:
        dialog = QFileDialog(self, "Choose a folder", self.path)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self._path.setText)
        dialog.open()
