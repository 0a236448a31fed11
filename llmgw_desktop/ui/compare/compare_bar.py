"""The bar across the top: what can be done with the comparison in sight, and the way to others."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.app.compare import ShownPanel
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label, Tone


class CompareBar(QWidget):
    """`show_panel` without one: nothing has been asked yet."""

    change_wanted = Signal()
    again_wanted = Signal()
    stop_wanted = Signal()
    new_wanted = Signal()
    earlier_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        space = theme.space
        self._words = Label(theme, "Several models, one question", tone=Tone.MUTED)
        self.change = Button(theme, "Change…", icon="edit", name="Change it and ask again")
        self.again = Button(theme, "Ask again", icon="retry", name="Ask all the same again")
        self.stop = Button(theme, "Stop", icon="cross", name="Stop all")
        self.new = Button(theme, "New", icon="plus", name="New comparison")
        self.earlier = Button(theme, "Earlier", icon="clock", name="Earlier comparisons")
        row = QHBoxLayout(self)
        row.setContentsMargins(space(6), space(4), space(6), space(3))
        row.setSpacing(space(2))
        for part in (self._words, self.change, self.again, self.stop):
            row.addWidget(part)
        row.addStretch(1)
        row.addWidget(self.new)
        row.addWidget(self.earlier)
        self.change.clicked.connect(self.change_wanted)
        self.again.clicked.connect(self.again_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.new.clicked.connect(self.new_wanted)
        self.earlier.clicked.connect(self.earlier_wanted)
        self.show_panel(None)

    def show_panel(self, panel: ShownPanel | None, *, is_edited: bool = False) -> None:
        has_panel = panel is not None
        self._words.setVisible(not has_panel)
        self.new.setVisible(has_panel)
        self.change.setVisible(has_panel and not is_edited)
        self.stop.setVisible(panel is not None and not panel.has_ended)
        self.again.setVisible(panel is not None and panel.has_ended and not is_edited)
