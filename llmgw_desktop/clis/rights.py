"""What each field of a CLI lets a run do: what the gate and the doors go by.

A field that stands nowhere here is taken for one that widens and reaches: a new one is held back
until somebody has thought about it. A test says which these are.
"""

from collections.abc import Mapping
from dataclasses import field

from llmgw_desktop.domain.values import value


@value
class Rights:
    """Of one CLI. No field stands in two of `widens`, `plain` and `auto`."""

    mode: str = ""
    """The field that says what may be done unasked."""
    modes: frozenset[str] = frozenset()
    """Its words that mean no more than the safe mode does."""
    auto_modes: frozenset[str] = frozenset()
    """Of those: it goes on by itself, within bounds."""
    safe: Mapping[str, object] = field(default_factory=dict)
    """What a managed run is asked for that says nothing itself."""
    says: frozenset[str] = frozenset()
    """Further fields that say it: with one of them `safe` is not added."""
    auto: frozenset[str] = frozenset()
    """Switches for going on by itself, within bounds."""
    widens: frozenset[str] = frozenset()
    """With these a run may do more than in the safe mode, or is not what its settings make it."""
    reaches: frozenset[str] = frozenset()
    """They name files, folders, settings or sockets of this computer."""
    folders: frozenset[str] = frozenset()
    """Of those: folders, which a workspace may allow below itself."""
    texts_reach: frozenset[str] = frozenset()
    """Fields that are JSON, or else the name of a file."""
    plain: frozenset[str] = frozenset()
    """All else."""

    def is_wide(self, name: str, value: object) -> bool:
        """Whether a run that asks for this could do more than in the safe mode."""
        if not asks(value):
            return False
        if name == self.mode:
            return not (isinstance(value, str) and value in self.modes)
        return name in self.widens or not self.knows(name)

    def is_auto(self, name: str, value: object) -> bool:
        if name == self.mode:
            return isinstance(value, str) and value in self.auto_modes
        return name in self.auto and asks(value)

    def is_reaching(self, name: str, value: object) -> bool:
        """Whether it names what lies on this computer."""
        if not asks(value):
            return False
        if name in self.texts_reach:
            return isinstance(value, str) and not value.lstrip().startswith(("{", "["))
        return name in self.reaches or not self.knows(name)

    def knows(self, name: str) -> bool:
        kinds = (self.auto, self.widens, self.reaches, self.texts_reach, self.plain)
        return name == self.mode or any(name in kind for kind in kinds)


def asks(value: object) -> bool:
    """Nothing, false and what is empty ask for nothing."""
    return value is not None and value is not False and value not in ("", [], {})


def named(text: str) -> frozenset[str]:
    """Fields, by a text that lists them."""
    return frozenset(text.split())


SHARED = named("outputFormat sessionId workingDir resumeLatest continueSession")
"""What every CLI has, and what is plain in each."""


def in_safe_mode(rights: Rights, options: Mapping[str, object]) -> dict[str, object]:
    """What a managed run is really asked for: what it says itself, and the safe mode where it says
    nothing of that."""
    said = {name for name, value in options.items() if asks(value)}
    if said & rights.says:
        return dict(options)
    given = {name: options[name] for name in options if options[name] is not None}
    # what is empty says nothing, and takes the place of nothing
    empty = rights.safe.keys() & given.keys() - said
    return {**rights.safe, **{name: given[name] for name in given if name not in empty}}
