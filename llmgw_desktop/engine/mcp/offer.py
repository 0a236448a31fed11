"""All that the MCP door offers: tools, resources, flows; and who asks for some of it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from functools import lru_cache

from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.mcp.tool import InvalidArgument, NotFound, Profile
from llmgw_desktop.engine.mcp.toolbox import Toolbox


@value
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

    is_persons: bool = False
    """For this computer's person alone: for all others it is not there, whatever their scopes."""

    @property
    def is_template(self) -> bool:
        return "{" in self.uri

    def is_for(self, principal: Principal) -> bool:
        """Whether he may know of it."""
        if self.is_persons and (principal.kind is not PrincipalKind.LOCAL or principal.job):
            return False
        return self.scope in principal.scopes


@value
class PromptArgument:
    name: str
    description: str
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    """What it may be, or usually is; clients offer it while a person types."""


@value
class McpPrompt:
    """A worked flow: what an agent is told to do with the tools, step by step."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...] = ()
    text: Callable[[Mapping[str, str]], str] = field(repr=False)
    scope: Scope = Scope.MCP


@value
class McpOffer:
    """Joined by the composition root."""

    toolbox: Toolbox
    resources: tuple[Resource, ...] = ()
    prompts: tuple[McpPrompt, ...] = ()
    bus: Bus = field(default_factory=Bus, repr=False)
    """Which tells that something of it has changed."""


@value
class Visitor:
    """On whose behalf one request is served, and how much of the toolbox he carries."""

    principal: Principal
    profile: Profile = Profile.FULL
    project: str = ""
    server: str = ""
    """One behind us, of which alone he is shown the tools; empty: all, and ours."""


LONGEST_ADDRESS = 2_000
LONGEST_PROMPT_ARGUMENT = 100_000


async def read(offer: McpOffer, visitor: Visitor, uri: str) -> tuple[Resource, str]:
    """The resource and its text. Raises NotFound: nobody learns whether it is another's."""
    resource, places = found(offer, visitor, uri)
    return resource, await resource.read(visitor.principal, places)


def found(offer: McpOffer, visitor: Visitor, uri: str) -> tuple[Resource, Mapping[str, str]]:
    """Plain addresses first, then templates in their order. Raises NotFound."""
    if len(uri) <= LONGEST_ADDRESS:
        templates = []
        for resource in offer.resources:
            if not resource.is_for(visitor.principal):
                continue
            if resource.uri == uri:
                return resource, {}
            if resource.is_template:
                templates.append(resource)
        for resource in templates:
            match = _pattern(resource.uri).fullmatch(uri)
            if match is not None:
                return resource, match.groupdict()
    raise NotFound(f"There is nothing at {uri[:200]}.")


def prompt_text(
    offer: McpOffer, visitor: Visitor, name: str, given: Mapping[str, str] | None
) -> str:
    """Raises NotFound, InvalidArgument."""
    prompt = prompt_named(offer, visitor, name)
    arguments = {key: value for key, value in (given or {}).items() if value.strip()}
    known = [each.name for each in prompt.arguments]
    for key, text in arguments.items():
        if key not in known:
            raise InvalidArgument(f"{name} has no such argument", field=key[:80])
        if len(text) > LONGEST_PROMPT_ARGUMENT:
            raise InvalidArgument("it is too long", field=key)
    for each in prompt.arguments:
        if each.is_needed and each.name not in arguments:
            raise InvalidArgument("it must be given", field=each.name)
    return prompt.text(arguments)


def prompt_named(offer: McpOffer, visitor: Visitor, name: str) -> McpPrompt:
    """Raises NotFound."""
    for prompt in offer.prompts:
        if prompt.name == name and prompt.scope in visitor.principal.scopes:
            return prompt
    raise NotFound(f"There is no prompt '{name[:80]}'.")


def choices(offer: McpOffer, visitor: Visitor, prompt: str, argument: str) -> tuple[str, ...]:
    """What a prompt's argument may be, where that is known."""
    for each in offer.prompts:
        if each.name == prompt and each.scope in visitor.principal.scopes:
            return next((one.choices for one in each.arguments if one.name == argument), ())
    return ()


def places(offer: McpOffer, visitor: Visitor, template: str, place: str) -> tuple[str, ...]:
    """What may stand in a place of a template, where that is known."""
    for each in offer.resources:
        if each.uri == template and each.scope in visitor.principal.scopes:
            return each.choices.get(place, ())
    return ()


@lru_cache(maxsize=256)
def _pattern(template: str) -> re.Pattern[str]:
    """`{name}` stands for one part of the address, `{+name}` for several."""
    plain = re.split(r"\{\+?\w+\}", template)
    places = re.findall(r"\{(\+?)(\w+)\}", template)
    written = re.escape(plain[0])
    for (plus, name), after in zip(places, plain[1:], strict=True):
        written += f"(?P<{name}>[^{'' if plus else '/'}?#]+){re.escape(after)}"
    return re.compile(written)
