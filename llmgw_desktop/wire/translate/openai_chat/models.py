"""What servers of this protocol take, as far as their kind and the model's name tell, and how hard
a model is to think, in their words.

OpenAI refuses members that a model does not know; most others pass over them. A name that is not
known here is taken for that of a newer model.
"""

import re
from functools import lru_cache
from typing import Any

from llmgw_desktop.domain.model.prompt import Effort, Reasoning
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.translate.codec import PromptTarget, effort_of
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_LOW, _MEDIUM, _HIGH = Effort.LOW, Effort.MEDIUM, Effort.HIGH
_USUAL = (_LOW, _MEDIUM, _HIGH)
_XHIGH = (*_USUAL, Effort.XHIGH)
_NEWEST = (Effort.NONE, *_XHIGH)
_OPENAI_EFFORTS: tuple[tuple[str, tuple[Effort, ...]], ...] = (
    (r"gpt-[34]|chatgpt-|ft:gpt-[34]|.*-chat|.*search|.*audio|o1-(mini|preview)", ()),
    (r"o\d", _USUAL),
    (r"gpt-5-pro", (_HIGH,)),
    (r"gpt-5-codex|gpt-5\.1-codex(?!-max)", _USUAL),
    (r"gpt-5(?!\.)", (Effort.MINIMAL, *_USUAL)),
    (r"gpt-5\.1-codex-max|gpt-5\.\d+-codex", _XHIGH),
    (r"gpt-5\.1", (Effort.NONE, *_USUAL)),
    (r"gpt-5\.\d+-pro", (_MEDIUM, _HIGH, Effort.XHIGH)),
    (r"", _NEWEST),
)
"""The first that matches; none at all for models that do not reason."""
_GROQ_EFFORTS: tuple[tuple[str, tuple[Effort, ...]], ...] = (
    (r".*gpt-oss", _USUAL),
    (r".*qwen", (Effort.NONE,)),
    (r"", ()),
)
_OPENROUTER_EFFORTS = (Effort.NONE, Effort.MINIMAL, *_XHIGH)
_OTHER_EFFORTS = (Effort.NONE, *_USUAL)
_WANTS_THINKING_BACK = re.compile(r"deepseek|kimi|moonshot|glm|minimax|mimo", re.IGNORECASE)
_MARKS_CACHE = re.compile(r"anthropic/|claude|gemini|qwen", re.IGNORECASE)


@value
class Abilities:
    is_openai: bool
    is_openrouter: bool
    is_groq: bool
    efforts: tuple[Effort, ...]
    """Those that the model takes, in rising order."""
    fixes_sampling: bool
    """A reasoning model of OpenAI's: no temperature, no penalties, no stop sequences."""
    takes_parallel: bool
    takes_custom_tools: bool
    searches: bool
    wants_thinking_back: bool
    marks_cache: bool


def abilities_of(target: PromptTarget) -> Abilities:
    return _abilities(target.kind, target.model)


@lru_cache(maxsize=256)
def _abilities(kind: ProviderKind, model: str) -> Abilities:
    is_openai = kind is ProviderKind.OPENAI
    is_openrouter = kind is ProviderKind.OPENROUTER
    name = model.removeprefix("openai/") if is_openai else model
    efforts = _efforts(kind, name)
    reasons = is_openai and bool(efforts)
    return Abilities(
        is_openai=is_openai,
        is_openrouter=is_openrouter,
        is_groq=kind is ProviderKind.GROQ,
        efforts=efforts,
        fixes_sampling=reasons or (is_openai and re.match(r"gpt-5|o\d", name) is not None),
        takes_parallel=not (is_openai and re.match(r"o\d", name)),
        takes_custom_tools=reasons and re.match(r"o\d", name) is None,
        searches=is_openai and "search" in name,
        # Groq refuses the member
        wants_thinking_back=kind not in (ProviderKind.OPENAI, ProviderKind.GROQ)
        and bool(_WANTS_THINKING_BACK.search(model)),
        marks_cache=is_openrouter and bool(_MARKS_CACHE.search(model)),
    )


def nearest_effort(wanted: Effort, taken: tuple[Effort, ...]) -> Effort | None:
    """The next one up, but never NONE for one that wants thinking; None where nothing is taken."""
    order = list(Effort)
    rank = order.index(wanted)
    thinking = [each for each in taken if each is not Effort.NONE or wanted is Effort.NONE]
    if not thinking:
        return None
    return next((each for each in thinking if order.index(each) >= rank), thinking[-1])


def _efforts(kind: ProviderKind, name: str) -> tuple[Effort, ...]:
    if kind is ProviderKind.OPENAI:
        table = _OPENAI_EFFORTS
    elif kind is ProviderKind.GROQ:
        table = _GROQ_EFFORTS
    else:
        return _OPENROUTER_EFFORTS if kind is ProviderKind.OPENROUTER else _OTHER_EFFORTS
    return next(efforts for pattern, efforts in table if re.match(pattern, name))


def write_thinking(
    reasoning: Reasoning | None, abilities: Abilities, losses: LossReport
) -> dict[str, Any]:
    """Nothing where the choice is left to the model: that is what holds anyway."""
    if reasoning is None:
        return {}
    if abilities.is_openrouter:
        return _openrouter(reasoning, abilities, losses)
    if abilities.is_openai and reasoning.show not in (None, "none"):
        losses.lost(Feature.REASONING_SUMMARY)
    wanted = effort_of(reasoning)
    if wanted is None:
        return {}
    if wanted is Effort.NONE and abilities.wants_thinking_back:
        return {"thinking": {"type": "disabled"}}
    effort = nearest_effort(wanted, abilities.efforts)
    if effort is not wanted and not (effort is None and wanted is Effort.NONE):
        losses.lost(Feature.REASONING, wanted)
    return {} if effort is None else {"reasoning_effort": str(effort)}


def _openrouter(reasoning: Reasoning, abilities: Abilities, losses: LossReport) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if reasoning.effort is not None:
        effort = nearest_effort(reasoning.effort, abilities.efforts)
        if effort is not reasoning.effort:
            losses.lost(Feature.REASONING, reasoning.effort)
        told["effort"] = str(effort)
    elif reasoning.budget_tokens is not None and reasoning.budget_tokens > 0:
        told["max_tokens"] = reasoning.budget_tokens
    elif reasoning.budget_tokens == 0:
        told["effort"] = str(Effort.NONE)
    elif reasoning.is_adaptive or reasoning.budget_tokens is not None:
        told["enabled"] = True
    if reasoning.show == "none":
        told["exclude"] = True
    return {"reasoning": told} if told else {}
