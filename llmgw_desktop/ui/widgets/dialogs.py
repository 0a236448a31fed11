"""Dialogs of every page: fields to fill in, a question before what cannot be undone, a conflict of
settings, a patch."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from llmgw_desktop.app.questions.permission_words import AskedPart, PartKind
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert, inert_line
from llmgw_desktop.app.workspaces.workspaces import title
from llmgw_desktop.domain.errors import ConfigError, SettingsConflict
from llmgw_desktop.domain.jobs.workspace import WorktreeDiff
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.fields import Field, TextLines
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.texts import PieceView
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS = 135
_MOST_HEIGHT_SHARE = 0.86


class FormDialog(QDialog):
    """`save_wanted` asks for what is filled in to be used; it closes when `accept` is called."""

    save_wanted = Signal()

    def __init__(self, theme: Theme, title: str, save: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        space = theme.space
        self.setWindowTitle(said(title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._problem = FlowingLabel(theme, tone=Tone.ERROR)
        self._problem.hide()
        self._save = Button(theme, save, kind=ButtonKind.PRIMARY)
        self._save.setDefault(True)
        self._save.clicked.connect(self.save_wanted)
        self._save_word = save
        self._cancel = Button(theme, "Cancel")
        self._cancel.clicked.connect(self.reject)
        self.fields = v_box(theme, gap=3, margins=(6, 1, 6, 2))
        self.fields.setSizeConstraint(QLayout.SizeConstraint.SetMinAndMaxSize)
        self._content = QWidget()
        self._content.setLayout(self.fields)
        self._scroll = Scrolled(theme, self._content)
        foot = h_box(theme, (self._problem, 1), gap=2, margins=(6, 0))
        foot.addStretch(0)
        foot.addWidget(self._cancel)
        foot.addWidget(self._save)
        head = Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        head.setContentsMargins(space(6), 0, space(6), 0)
        v_box(theme, head, (self._scroll, 1), foot, on=self, gap=3, margins=(0, 5))

    @property
    def problem(self) -> str:
        return self._problem.text() if not self._problem.isHidden() else ""

    def fit(self) -> None:
        """As tall as its fields, as far as the screen has room."""
        content = self._content
        width = min(self._theme.space(_WIDTH_UNITS), self.screen().availableGeometry().width())
        height = content.heightForWidth(width) if content.hasHeightForWidth() else 0
        height = max(height, content.sizeHint().height()) + self._theme.space(28)
        most = round(self.screen().availableGeometry().height() * _MOST_HEIGHT_SHARE)
        self.resize(width, min(height, most))

    def show_problem(self, words: str) -> None:
        self._problem.say(words)

    def show_refusal(self, error: Exception) -> None:
        """It was not done."""
        self.show_saving(is_under_way=False)
        self.show_problem(str(error))

    def allow_saving(self, is_allowed: bool) -> None:
        """Whether enough is filled in."""
        self._save.setEnabled(is_allowed)

    def show_saving(self, *, is_under_way: bool) -> None:
        self._save.setEnabled(not is_under_way)
        self._save.setText("Saving …" if is_under_way else self._save_word)


class SettingsDialog(FormDialog):
    """A form of a table of the settings. `_fields` are its fields, by the keys of the settings."""

    _fields: Mapping[str, Field] = MappingProxyType({})

    def show_refusal(self, error: Exception) -> None:
        """Nothing was written: said beside the field that it is about, if there is one."""
        self.show_saving(is_under_way=False)
        for each in self._fields.values():
            each.set_wrong("")
        field = self._fields.get(self._about(error)) if isinstance(error, ConfigError) else None
        if field is not None and isinstance(error, ConfigError):
            message = self._why(error)
            field.set_wrong(f"{message[0].upper()}{message[1:]}.")
        self.show_problem("" if field is not None else str(error))

    def _why(self, error: ConfigError) -> str:
        """What is wrong; a form that has a part for what the settings' file says by a line names
        that part."""
        return error.message

    def _about(self, error: ConfigError) -> str:
        """The key of the field; any other word for none."""
        return error.key.rpartition(".")[2].partition("[")[0]


_QUESTION_UNITS = 115
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


def fit(dialog: QDialog, width: int) -> None:
    """As tall as its flowing words need; Qt itself asks only for their one line."""
    layout = dialog.layout()
    width = min(width, dialog.screen().availableGeometry().width())
    if layout is not None:
        margins = layout.contentsMargins()
        for row in layout.findChildren(QHBoxLayout, options=_DIRECT):
            if row.minimumSize().width() > width - margins.left() - margins.right():
                row.setDirection(QHBoxLayout.Direction.TopToBottom)  # large text, many buttons
        layout.activate()
        height = layout.totalHeightForWidth(width)
        dialog.setMinimumSize(width, height)
        dialog.resize(width, height)


class QuestionDialog(QDialog):
    """Open it with `open()`; accepted means: do it."""

    def __init__(
        self, theme: Theme, *, title: str, text: str, yes: str, no: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        space = theme.space
        self.setWindowTitle(said(title))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.no = Button(theme, no)
        self.no.setDefault(True)
        self.no.clicked.connect(self.reject)
        self.yes = Button(theme, yes)
        self.yes.clicked.connect(self.accept)
        foot = h_box(theme, None, self.no, self.yes, gap=2)
        column = v_box(theme, on=self, gap=3, margins=(6, 5))
        head = FlowingLabel(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        column.addWidget(head)
        column.addWidget(FlowingLabel(theme, text, tone=Tone.MUTED))
        column.addSpacing(space(1))
        column.addLayout(foot)
        fit(self, space(_QUESTION_UNITS))
        self.no.setFocus()


def ask(
    theme: Theme,
    over: QWidget,
    title: str,
    text: str,
    *,
    answers: tuple[str, str],
    then: Callable[[], object],
) -> None:
    """`answers` are the words for yes and for no; after yes `then` is done. `over` is in the
    window that asks."""
    yes, no = answers
    window = over.window()
    dialog = QuestionDialog(theme, title=title, text=text, yes=yes, no=no, parent=window)
    dialog.accepted.connect(lambda: then())
    dialog.open()


_GONE = "(it is not in the file any more)"
_TO_BE_GONE = "(it would be removed)"


class ConflictDialog(QDialog):
    """Open it with `open()`. Accepted means: mine is to be kept. Esc keeps the file as it is."""

    def __init__(self, theme: Theme, conflict: SettingsConflict, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        space = theme.space
        self.setWindowTitle(said("The settings were changed by hand"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sides = h_box(
            theme,
            (self._side("Your change here", conflict.mine or _TO_BE_GONE), 1),
            (self._side("In the file now", conflict.theirs or _GONE), 1),
            gap=3,
        )
        self.keep_theirs = Button(theme, "Keep the file as it is")
        self.keep_theirs.setDefault(True)
        self.keep_theirs.clicked.connect(self.reject)
        self.keep_mine = Button(theme, "Make my change")
        self.keep_mine.clicked.connect(self.accept)
        foot = h_box(theme, None, self.keep_theirs, self.keep_mine, gap=2)
        column = v_box(theme, on=self, gap=3, margins=(6, 5))
        title = f"[{conflict.table}] was changed in the file meanwhile"
        column.addWidget(Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold))
        column.addWidget(FlowingLabel(theme, _WHAT, tone=Tone.MUTED))
        column.addLayout(sides, 1)
        column.addLayout(foot)
        self.resize(space(190), space(100))

    def _side(self, title: str, text: str) -> QVBoxLayout:
        theme, _space = self._theme, self._theme.space
        label = Label(theme, title, weight=QFont.Weight.Medium)
        view = TextLines(theme, inert(text.strip("\n")), name=title)
        view.setReadOnly(True)
        label.setBuddy(view)
        return v_box(self._theme, label, (view, 1), gap=1)


_WHAT = (
    "Nothing has been written. Making your change touches only the keys that it is about; the rest"
    " of the table stays as it is in the file."
)


_PATCH_WIDTH_UNITS, _PATCH_HEIGHT_UNITS = 190, 120


class WorktreeDialog(QDialog):
    """Open it with `open()`."""

    def __init__(self, theme: Theme, diff: WorktreeDiff, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(said("Changes of a worktree"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        space = theme.space
        name = FlowingLabel(
            theme,
            inert_line(title(diff.worktree), 160),
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
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
        foot = h_box(theme, None, close)
        v_box(theme, name, self.words, (self.patch, 1), foot, on=self, gap=3, margins=(6, 5))
        room = self.screen().availableGeometry()
        self.resize(
            min(space(_PATCH_WIDTH_UNITS), room.width()),
            min(space(_PATCH_HEIGHT_UNITS), room.height()),
        )
        close.setFocus()


def _words(diff: WorktreeDiff) -> str:
    cut = "" if diff.is_whole else " It is longer than is shown here."
    where = inert_line(diff.worktree.path, 300)
    return f"{counted(len(diff.files), 'file')} in {where}.{cut}"
