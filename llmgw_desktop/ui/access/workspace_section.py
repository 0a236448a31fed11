"""The folders that jobs may be told to work in: added, changed, taken out of the registry."""

from collections.abc import Callable, Sequence
from functools import partial

from shiboken6 import isValid
from typing_extensions import override

from llmgw_desktop.app.workspace_list import WorkspaceCard, WorkspaceList
from llmgw_desktop.ui.access.entry_card import Act, Entry
from llmgw_desktop.ui.access.section import Section
from llmgw_desktop.ui.access.workspace_dialog import WorkspaceDialog
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.dialogs.question_dialog import QuestionDialog
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.label import Tone

_WORDS = "Folders that jobs may be told to work in, by their aliases."
_NOTHING = "No workspaces yet."
_NOTHING_TEXT = (
    "Register a folder, and programs can name it by its alias. Runs of programs that you let in"
    " from elsewhere need one."
)


class WorkspaceSection(Section):
    """Those of the settings file are shown and changed there."""

    def __init__(self, theme: Theme, bridge: Bridge, workspaces: WorkspaceList) -> None:
        nothing = EmptyState(theme, icon="folder", title=_NOTHING, text=_NOTHING_TEXT)
        super().__init__(theme, bridge, words=_WORDS, nothing=nothing)
        self._workspaces = workspaces
        self._cards: dict[str, WorkspaceCard] = {}
        self.add = Button(theme, "Add workspace…", icon="plus")
        self.add.clicked.connect(lambda: self.open_dialog())
        self.add_to_bar(self.add)

    @override
    def read(self) -> None:
        self.fetch(self._workspaces.cards, self._take, "The workspaces cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[Act]:
        card = self._cards[key]
        if not card.can_change:
            return ()
        return (
            Act(word="Change…", name=f"Change {key}", do=lambda: self._change(card)),
            Act(word="Remove…", name=f"Remove {key}", do=lambda: self._ask_remove(key)),
        )

    def _change(self, card: WorkspaceCard) -> None:
        self.open_dialog(card)

    def open_dialog(self, card: WorkspaceCard | None = None) -> WorkspaceDialog:
        if card is None:
            dialog = WorkspaceDialog(self._theme, self.window())
        else:
            dialog = WorkspaceDialog(
                self._theme,
                self.window(),
                alias=card.alias,
                path=card.path,
                is_default=card.is_default,
            )
        dialog.save_wanted.connect(lambda: self._save(dialog, is_new=card is None))
        dialog.open()
        return dialog

    def _take(self, cards: Sequence[WorkspaceCard]) -> None:
        self._cards = {each.alias: each for each in cards}
        self.show_entries([_entry(each) for each in cards])

    def _save(self, dialog: WorkspaceDialog, *, is_new: bool) -> None:
        dialog.show_saving(is_under_way=True)
        act: Callable[..., str] = self._workspaces.add if is_new else self._workspaces.change
        work = partial(act, dialog.alias, dialog.path, default=dialog.is_default)

        def done(words: str) -> None:
            if isValid(dialog):
                dialog.accept()
            self._done(words)

        def failed(error: Exception) -> None:
            if isValid(dialog):
                dialog.show_refusal(error)

        self._bridge.fetch(self, work, done, failed)

    def _ask_remove(self, alias: str) -> None:
        dialog = QuestionDialog(
            self._theme,
            title=f"Remove workspace {alias}?",
            text="Programs cannot name it any more. Its folder and all that is in it stay.",
            yes="Remove",
            no="Keep it",
            parent=self.window(),
        )
        work = partial(self._workspaces.remove, alias)
        dialog.accepted.connect(lambda: self.fetch(work, self._done, "It was not removed."))
        dialog.open()

    def _done(self, words: str) -> None:
        self.said.emit(words, None)
        self.read()


def _entry(card: WorkspaceCard) -> Entry:
    return Entry(
        key=card.alias,
        title=card.alias,
        lines=(card.path, card.words),
        icon="folder",
        tone=Tone.MUTED,
        note="default" if card.is_default else "",
    )
