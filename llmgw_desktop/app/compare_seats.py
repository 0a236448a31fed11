"""Who can be asked to compare: CLIs that are ready, models of providers, practice."""

from collections.abc import Sequence
from dataclasses import dataclass

from llmgw_desktop.app.cli_words import TITLES
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.cli_settings import CLI_OF_PROVIDER, CliSettings
from llmgw_desktop.domain.provider import PRACTICE_PREFIX
from llmgw_desktop.wire.models import ModelEntry

CLIS = "CLIs on this computer"
PRACTICE = "Practice: free, offline"
PRACTICE_TRIAL = (f"{PRACTICE_PREFIX}echo", f"{PRACTICE_PREFIX}slow")
"""Two who answer without any account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Askable:
    """One who can be asked; `key` is the name by which it is."""

    key: str
    title: str
    group: str
    """CLIS, PRACTICE, or the provider's name."""
    note: str = ""

    @property
    def is_practice(self) -> bool:
        return self.group == PRACTICE

    def fits(self, words: str) -> bool:
        text = f"{self.key} {self.title} {self.group}".casefold()
        return all(word in text for word in words.casefold().split())


def askable_of(
    clis: Sequence[CliSettings], ready: Sequence[str], models: Sequence[ModelEntry]
) -> tuple[Askable, ...]:
    """Each CLI with the model that it takes by itself, then with each that the settings name."""
    found: list[Askable] = []
    for said in clis:
        if said.name.value in ready:
            found += _of_cli(said)
    listed = [entry for entry in models if entry.provider not in CLI_OF_PROVIDER]
    found += [_of_model(entry) for entry in listed if not entry.is_practice]
    found += [_of_model(entry) for entry in listed if entry.is_practice]
    return tuple(found)


def _of_cli(said: CliSettings) -> list[Askable]:
    title, name = TITLES[said.name], said.name.value
    default = inert_line(said.default_model, 80)
    note = f"its usual model, {default}" if default else "the model that it chooses"
    found = [Askable(key=name, title=title, group=CLIS, note=note)]
    for model in said.models:
        shown = inert_line(model, 80)
        found.append(Askable(key=f"{name}:{model}", title=f"{title} · {shown}", group=CLIS))
    return found


def _of_model(entry: ModelEntry) -> Askable:
    if entry.is_practice:
        return Askable(key=entry.id, title=entry.id, group=PRACTICE)
    note = f"leads to {', '.join(entry.stands_for[:3])}" if entry.stands_for else ""
    group = inert_line(entry.provider, 80)
    return Askable(key=entry.id, title=inert_line(entry.id, 100), group=group, note=note)
