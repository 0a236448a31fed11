"""The worktrees of jobs: what was changed in each, and removing it."""

from collections.abc import Coroutine, Sequence
from typing import Any

from typing_extensions import override

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.app.workspaces.workspaces import (
    WorktreesUse,
    lost_words,
    removed_words,
    stands_words,
    title,
)
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.workspace import (
    WorktreeDiff,
    WorktreeHasWork,
    WorktreeLook,
    WorktreeState,
)
from llmgw_desktop.ui.access.section import AccessSection, Entry, EntryAction
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.dialogs import WorktreeDialog, ask
from llmgw_desktop.ui.widgets.label import Tone

_WORDS = "Checkouts that jobs have for themselves, each on a branch of its own."
_NOTHING = "No worktrees."
_NOTHING_TEXT = (
    "A job that asks for its own worktree works there and leaves your checkout alone. What it has"
    " changed is read here."
)


class WorktreeSection(AccessSection):
    """Whatever is done waits beside the loop."""

    def __init__(self, theme: Theme, bridge: Bridge, worktrees: WorktreesUse | None) -> None:
        nothing = EmptyState(theme, icon="folder", title=_NOTHING, text=_NOTHING_TEXT)
        super().__init__(theme, bridge, words=_WORDS, nothing=nothing)
        self._worktrees = worktrees
        self._looks: dict[str, WorktreeLook] = {}

    @override
    def read(self) -> None:
        if self._worktrees is not None:
            self._run(self._read(self._worktrees), "The worktrees cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        look = self._looks[key]
        name = look.worktree.branch
        changes = EntryAction(
            word="Changes…", name=f"Changes of {name}", do=lambda: self._open(key)
        )
        if look.worktree.state is WorktreeState.IN_USE:
            return (changes,)
        remove = EntryAction(word="Remove…", name=f"Remove {name}", do=lambda: self._ask(key, look))
        return (changes, remove)

    async def _read(self, worktrees: WorktreesUse) -> None:
        looks = await worktrees.list()
        self._looks = {each.worktree.id: each for each in looks}
        self.show_entries([_entry(each) for each in looks])

    def _open(self, key: str) -> None:
        if self._worktrees is not None:
            self._run(self._show(self._worktrees, key), "Its changes cannot be read.")

    async def _show(self, worktrees: WorktreesUse, key: str) -> None:
        diff: WorktreeDiff = await worktrees.diff(key)
        WorktreeDialog(self._theme, diff, self.window()).open()

    def _ask(self, key: str, look: WorktreeLook, why: str = "") -> None:
        lost = why or lost_words(look)
        # It is told what would be lost; after a second question nothing is held back.
        force = bool(why) or look.has_work
        ask(
            self._theme,
            self,
            "Remove this worktree?",
            f"{inert_line(title(look.worktree), 160)}: {lost}",
            answers=("Remove", "Keep it"),
            then=lambda: self._remove(key, look, force=force),
        )

    def _remove(self, key: str, look: WorktreeLook, *, force: bool) -> None:
        if self._worktrees is not None:
            work = self._do_remove(self._worktrees, key, look, force=force)
            self._run(work, "It was not removed.")

    async def _do_remove(
        self, worktrees: WorktreesUse, key: str, look: WorktreeLook, *, force: bool
    ) -> None:
        try:
            removed = await worktrees.remove(key, force=force)
        except WorktreeHasWork as error:  # since it was looked at
            self._ask(key, look, str(error))
            return
        self.said.emit(removed_words(removed), None)
        self.read()

    def _run(self, work: Coroutine[Any, Any, None], failed: str) -> None:
        self._bridge.run(self._told(work, failed), name="worktrees")

    async def _told(self, work: Coroutine[Any, Any, None], failed: str) -> None:
        try:
            await work
        except LlmgwError as error:
            self.show_trouble(failed, error)


def _entry(look: WorktreeLook) -> Entry:
    tree = look.worktree
    return Entry(
        key=tree.id,
        title=inert_line(title(tree), 160),
        lines=(stands_words(look), inert_line(tree.path, 300)),
        icon="folder",
        tone=Tone.RUNNING if tree.state is WorktreeState.IN_USE else Tone.MUTED,
        note="in use" if tree.state is WorktreeState.IN_USE else "",
    )
