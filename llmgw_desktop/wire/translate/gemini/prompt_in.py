"""A caller's request becomes a prompt. What of it no other protocol knows is reported."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import Prompt
from llmgw_desktop.wire.gemini import countable
from llmgw_desktop.wire.translate.gemini import config_in
from llmgw_desktop.wire.translate.gemini.contents_in import read_contents, read_system
from llmgw_desktop.wire.translate.gemini.members import child, flag, object_of, report_others, text
from llmgw_desktop.wire.translate.gemini.tools_in import read_choice, read_tools
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_KNOWN = frozenset(
    {
        "model",
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "generationConfig",
        "cachedContent",
        "serviceTier",
        "store",
    }
)
_TIERS = {"standard": "default", "flex": "flex", "priority": "priority", "unspecified": None}


def read_prompt(
    fields: Mapping[str, Any], model: str, streaming: bool, losses: LossReport
) -> Prompt:
    """MalformedRequest with the place of what is wrong. Who asks for a count may give the whole
    request in a member of its own."""
    top = object_of(dict(countable(fields)), "")
    if top.get("cachedContent"):
        raise MalformedRequest(
            "cached content is kept by Google alone and cannot be used with this model; send the"
            " content itself",
            path="cachedContent",
        )
    report_others(top, _KNOWN, losses, "")
    config = child(top, "generationConfig", "") or {}
    config_in.report_rest(config, losses)
    return Prompt(
        model=model,
        turns=(*read_system(top.get("systemInstruction"), losses), *read_contents(top, losses)),
        tools=read_tools(top, losses),
        tool_choice=read_choice(top, losses),
        reasoning=config_in.read_reasoning(config, losses),
        output=config_in.read_output(config, losses),
        sampling=config_in.read_sampling(config),
        max_tokens=config_in.read_max_tokens(config),
        stop=config_in.read_stop(config),
        streaming=streaming,
        service_tier=_tier(text(top, "serviceTier", ""), losses),
        store=flag(top, "store", ""),
    )


def _tier(word: str | None, losses: LossReport) -> str | None:
    if not word:
        return None
    plain = word.lower().removeprefix("service_tier_")
    if plain not in _TIERS:
        losses.lost(Feature.FIELD, "serviceTier")
    return _TIERS.get(plain)
