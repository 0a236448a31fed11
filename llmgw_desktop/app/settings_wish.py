"""A change of the settings that a person asks for in a window: made now, written by a worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from llmgw_desktop.store.config.settings_editor import Edit, Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`edit` may wait for the disk, so a worker calls it."""

    edit: Callable[[], Edit]
    said: str
    """What is true once it is done, as a sentence."""
    can_undo: bool = True


class SettingsWriter(Protocol):
    """What is asked of `store/config/settings_editor.py`."""

    def apply(self, edit: Edit, *, overrule: bool = False) -> Written: ...

    def undo(self, written: Written) -> None: ...
