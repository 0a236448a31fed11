"""Another key for the same client: how long the one before it still opens."""

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from llmgw_desktop.app.client_desk.desk import GRACES
from llmgw_desktop.ui.dialogs.form_dialog import FormDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.tick import Tick

_WHAT = (
    "It stays the same client: its limits, figures, flights and jobs go on. Only one key before it"
    " can open: one that was rotated earlier ends now."
)


class RotateDialog(FormDialog):
    """`grace_s` is what was chosen."""

    def __init__(self, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(theme, f"A new key for {name}", "Make the key", parent)
        self.fields.addWidget(FlowingLabel(theme, _WHAT, tone=Tone.MUTED))
        self.fields.addWidget(Label(theme, "The key that it has now"))
        rings = QWidget()  # as wide as the words above, which a ring by itself is not
        column = QVBoxLayout(rings)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(1))
        self._group = QButtonGroup(self)
        self.rings = []
        for at, (grace_s, words) in enumerate(GRACES):
            ring = Tick(theme, words if not grace_s else f"Still opens for {words}", is_ring=True)
            self._group.addButton(ring, at)
            column.addWidget(ring)
            self.rings.append(ring)
        self.rings[0].setChecked(True)
        self.fields.addWidget(rings)
        self.fields.addStretch(1)
        self.fit()

    @property
    def grace_s(self) -> float:
        return GRACES[self._group.checkedId()][0]

    def show_refusal(self, error: Exception) -> None:
        self.show_saving(is_under_way=False)
        self.show_problem(str(error))
