"""What was changed in a worktree, as one patch to be read."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.app.permission_words import AskedPart, PartKind
from llmgw_desktop.app.worktrees import title
from llmgw_desktop.domain.worktree import WorktreeDiff
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.piece_view import PieceView

_WIDTH_UNITS, _HEIGHT_UNITS = 190, 120


class WorktreeDialog(QDialog):
    """Open it with `open()`."""

    def __init__(self, theme: Theme, diff: WorktreeDiff, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Changes of a worktree")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        space = theme.space
        name = FlowingLabel(
            theme,
            inert_line(title(diff.worktree), 160),
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
        )
        self.words = FlowingLabel(theme, _words(diff), tone=Tone.MUTED)
        patch = diff.patch or "Nothing is otherwise than where it began."
        part = AskedPart(label="What was changed", text=patch, kind=PartKind.DIFF)
        self.patch = PieceView(theme, part)
        self.patch.setMinimumHeight(space(40))
        self.patch.setMaximumHeight(16_777_215)
        close = Button(theme, "Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(3))
        column.addWidget(name)
        column.addWidget(self.words)
        column.addWidget(self.patch, 1)
        column.addLayout(foot)
        room = self.screen().availableGeometry()
        self.resize(
            min(space(_WIDTH_UNITS), room.width()), min(space(_HEIGHT_UNITS), room.height())
        )
        close.setFocus()


def _words(diff: WorktreeDiff) -> str:
    cut = "" if diff.is_whole else " It is longer than is shown here."
    where = inert_line(diff.worktree.path, 300)
    return f"{counted(len(diff.files), 'file')} in {where}.{cut}"
