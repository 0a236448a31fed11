"""Which resource an address means, and which prompt a name."""

import re
from collections.abc import Mapping
from functools import lru_cache

from llmgw_desktop.engine.mcp.offer import Offer, Visitor
from llmgw_desktop.engine.mcp.resource import Prompt, Resource
from llmgw_desktop.engine.mcp.tool_errors import InvalidArgument, NotFound

LONGEST_ADDRESS = 2_000
LONGEST_PROMPT_ARGUMENT = 100_000


async def read(offer: Offer, visitor: Visitor, uri: str) -> tuple[Resource, str]:
    """The resource and its text. Raises NotFound: nobody learns whether it is another's."""
    resource, places = found(offer, visitor, uri)
    return resource, await resource.read(visitor.principal, places)


def found(offer: Offer, visitor: Visitor, uri: str) -> tuple[Resource, Mapping[str, str]]:
    """Plain addresses first, then templates in their order. Raises NotFound."""
    if len(uri) <= LONGEST_ADDRESS:
        templates = []
        for resource in offer.resources:
            if resource.scope not in visitor.principal.scopes:
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


def prompt_text(offer: Offer, visitor: Visitor, name: str, given: Mapping[str, str] | None) -> str:
    """Raises NotFound, InvalidArgument."""
    prompt = prompt_named(offer, visitor, name)
    arguments = {key: value for key, value in (given or {}).items() if value.strip()}
    known = [each.name for each in prompt.arguments]
    for key, value in arguments.items():
        if key not in known:
            raise InvalidArgument(f"{name} has no such argument", field=key[:80])
        if len(value) > LONGEST_PROMPT_ARGUMENT:
            raise InvalidArgument("it is too long", field=key)
    for each in prompt.arguments:
        if each.is_needed and each.name not in arguments:
            raise InvalidArgument("it must be given", field=each.name)
    return prompt.text(arguments)


def prompt_named(offer: Offer, visitor: Visitor, name: str) -> Prompt:
    """Raises NotFound."""
    for prompt in offer.prompts:
        if prompt.name == name and prompt.scope in visitor.principal.scopes:
            return prompt
    raise NotFound(f"There is no prompt '{name[:80]}'.")


def choices(offer: Offer, visitor: Visitor, prompt: str, argument: str) -> tuple[str, ...]:
    """What a prompt's argument may be, where that is known."""
    for each in offer.prompts:
        if each.name == prompt and each.scope in visitor.principal.scopes:
            return next((one.choices for one in each.arguments if one.name == argument), ())
    return ()


def places(offer: Offer, visitor: Visitor, template: str, place: str) -> tuple[str, ...]:
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
