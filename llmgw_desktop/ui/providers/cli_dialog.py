"""Changes what the settings say of one vendor's CLI."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.cli_providers import CliForm
from llmgw_desktop.app.cli_words import TITLES
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.text_field import Field, TextLine


class CliDialog(FormDialog):
    """`form` is what stands in it."""

    def __init__(
        self, theme: Theme, form: CliForm, parent: QWidget, *, usual_limit: int, usual_command: str
    ) -> None:
        super().__init__(theme, f"Settings of {TITLES[form.cli]}", "Save", parent)
        self._form = form
        self._model = TextLine(theme, "the CLI's own choice")
        self._limit = TextLine(theme, str(usual_limit))
        self._command = TextLine(theme, usual_command)
        self._models = TextLine(theme, "default")
        self._fields = {
            "default_model": Field(theme, "Default model", self._model, _MODEL),
            "max_running": Field(theme, "Runs at once", self._limit, _LIMIT),
            "models": Field(theme, "Models", self._models, _MODELS),
            "command": Field(theme, "Program", self._command, _COMMAND),
        }
        for field in self._fields.values():
            self.fields.addWidget(field)
        self.fields.addStretch(1)
        self._model.setText(form.default_model)
        self._limit.setText(form.max_running)
        self._command.setText(form.command)
        self._models.setText(", ".join(form.models))
        self.fit()
        self._model.setFocus()

    @property
    def form(self) -> CliForm:
        models = tuple(each.strip() for each in self._models.text().split(",") if each.strip())
        return CliForm(
            cli=self._form.cli,
            default_model=self._model.text().strip(),
            max_running=self._limit.text().strip(),
            command=self._command.text().strip(),
            models=models,
        )

    def show_refusal(self, error: Exception) -> None:
        """Beside the field that it is about, if there is one."""
        self.show_saving(is_under_way=False)
        for field in self._fields.values():
            field.set_wrong("")
        named = error.key.rpartition(".")[2] if isinstance(error, ConfigError) else ""
        if isinstance(error, ConfigError) and named in self._fields:
            self._fields[named].set_wrong(f"{error.message[0].upper()}{error.message[1:]}.")
            self.show_problem("")
        else:
            self.show_problem(str(error))


_MODEL = "Asked for where a request names none."
_LIMIT = "How many of its runs may go on at a time; others wait their turn."
_MODELS = "Separated by commas. Shown in lists of models; others may be asked for as well."
_COMMAND = "A name on PATH or an absolute path. Leave it empty for the usual one."
