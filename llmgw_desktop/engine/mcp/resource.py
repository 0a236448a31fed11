"""What clients may read by its address, and the worked flows that they may start from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from llmgw_desktop.domain.principal import Principal, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One address, or a template of many (`sessions://{cli}`)."""

    uri: str
    name: str
    description: str
    mime_type: str = "application/json"
    read: Callable[[Principal, Mapping[str, str]], Awaitable[str]]
    """(Who asks, what stands in the template's places) → its text. Raises NotFound."""
    scope: Scope
    changes_with: frozenset[type] = frozenset()
    """Events of the bus after which it may read otherwise."""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What may stand in a place of the template, where that is a short list."""

    @property
    def is_template(self) -> bool:
        return "{" in self.uri


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptArgument:
    name: str
    description: str
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    """What it may be, or usually is; clients offer it while a person types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A worked flow: what an agent is told to do with the tools, step by step."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...] = ()
    text: Callable[[Mapping[str, str]], str] = field(repr=False)
    scope: Scope = Scope.MCP
