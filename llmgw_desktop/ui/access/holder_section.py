"""Who has access, and taking it back: at once, with ten seconds in which it can be undone."""

from collections.abc import Sequence
from functools import partial

from typing_extensions import override

from llmgw_desktop.app.access import AccessRights, Holder, HolderKind, Revoked
from llmgw_desktop.ui.access.entry_card import Act, Entry
from llmgw_desktop.ui.access.section import Section
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.label import Tone

_WORDS = "Programs that you let in, and keys that you made. What is revoked is refused at once."
_NOTHING = "Nobody has access yet."
_NOTHING_TEXT = (
    "This computer's own windows and commands need none. A program that asks by OAuth asks you"
    " first; a key is made on the Clients page."
)


class HolderSection(Section):
    """Read again whenever somebody's access is otherwise."""

    def __init__(self, theme: Theme, bridge: Bridge, rights: AccessRights) -> None:
        nothing = EmptyState(theme, icon="clients", title=_NOTHING, text=_NOTHING_TEXT)
        super().__init__(theme, bridge, words=_WORDS, nothing=nothing)
        self._rights = rights
        self._holders: dict[str, Holder] = {}

    @override
    def read(self) -> None:
        self.fetch(self._rights.holders, self._take, "Who has access cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[Act]:
        holder = self._holders[key]
        return (Act(word="Revoke", name=f"Revoke {holder.name}", do=lambda: self._revoke(holder)),)

    def _take(self, holders: Sequence[Holder]) -> None:
        self._holders = {each.id: each for each in holders}
        self.show_entries([_entry(each) for each in holders])

    def _revoke(self, holder: Holder) -> None:
        self.fetch(partial(self._rights.revoke, holder), self._on_revoked, "It was not revoked.")

    def _on_revoked(self, revoked: Revoked) -> None:
        self.said.emit(revoked.words, lambda: self._undo(revoked))
        self.read()

    def _undo(self, revoked: Revoked) -> None:
        self.fetch(partial(self._rights.undo, revoked), self._on_undone, "It was not undone.")

    def _on_undone(self, words: str) -> None:
        self.said.emit(words, None)
        self.read()


def _entry(holder: Holder) -> Entry:
    is_program = holder.kind is HolderKind.PROGRAM
    return Entry(
        key=holder.id,
        title=holder.name,
        lines=(
            f"may {holder.may}",
            f"{holder.until} · {holder.used}",
            holder.source,
        ),
        icon="ok",
        tone=Tone.OK,
        note="program" if is_program else "key",
        hint="\n".join(f"{label}: {words}" for label, words in holder.details),
    )
