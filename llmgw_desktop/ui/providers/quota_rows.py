"""An account's quota windows: a bar each, with how much is left and when it is whole again."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from llmgw_desktop.app.account_words import QuotaLine
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.quota_bar import QuotaBar

_NAME_UNITS = 16


class QuotaRows(QWidget):
    """Hidden where the vendor tells of none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[Label, QuotaBar, FlowingLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(0.75))
        self._grid.setColumnStretch(2, 1)
        self._grid.setColumnMinimumWidth(0, theme.space(_NAME_UNITS))
        self.hide()

    def show_quotas(self, quotas: Sequence[QuotaLine]) -> None:
        while len(self._rows) < len(quotas):
            self._add_row()
        for row, quota in zip(self._rows, quotas, strict=False):
            name, bar, words = row
            name.setText(quota.name)
            bar.show_left(quota.left_share, is_low=quota.is_low)
            bar.setAccessibleName(f"{quota.name}: {quota.words}")
            words.setText(quota.words)
            words.set_tone(Tone.ERROR if quota.is_low else Tone.MUTED)
        for at, row in enumerate(self._rows):
            for widget in row:
                widget.setVisible(at < len(quotas))
        self.setVisible(bool(quotas))

    def _add_row(self) -> None:
        name = Label(self._theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        words = FlowingLabel(self._theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        row = (name, QuotaBar(self._theme), words)
        at = len(self._rows)
        for column, widget in enumerate(row):
            middle = Qt.AlignmentFlag.AlignVCenter if column < 2 else Qt.AlignmentFlag(0)
            self._grid.addWidget(widget, at, column, middle)
        self._rows.append(row)
