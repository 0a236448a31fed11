"""The limits of one client: nothing is written until Save, and Save only what was changed."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.client_desk.limits_form import Limits, LimitsForm
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.ui.clients.limit_fields import LimitFields
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone

_OWN = "Stands in config.toml as [clients.{name}], and holds from the moment it is saved."
_ALL = "For each client without limits of its own, each for itself. All of them, from Save on."


class LimitsDialog(FormDialog):
    """`form` is what was filled in."""

    def __init__(
        self, theme: Theme, name: str, table: str, limits: Limits, parent: QWidget
    ) -> None:
        whose = name[:1].lower() + name[1:] if table == "*" else name
        super().__init__(theme, f"Limits of {whose}", "Save", parent)
        where = _ALL if table == "*" else _OWN.format(name=f'"{table}"' if " " in table else table)
        self.limits = LimitFields(theme, limits.providers(), limits.wrong)
        self.fields.addWidget(FlowingLabel(theme, where, tone=Tone.MUTED))
        self.fields.addWidget(self.limits)
        self.fields.addStretch(1)
        self.limits.show_form(limits.form_of(table))
        self.limits.changed.connect(self._on_changed)
        self.fit()
        self.limits.budgets.add.setFocus()

    @property
    def form(self) -> LimitsForm:
        return self.limits.form

    def show_refusal(self, error: Exception) -> None:
        """Nothing was written."""
        self.show_saving(is_under_way=False)
        self.show_problem(str(error) if isinstance(error, ConfigError) else f"Not saved: {error}")

    def _on_changed(self) -> None:
        self._save.setEnabled(not self.limits.wrong)
        self.show_problem("")
