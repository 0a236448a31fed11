"""The prompt of a run: out of its parts, made shorter where it is asked for, with marks for the
vendor's cache.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.fields import ON
from llmgw_desktop.domain.cli import ErrorCategory, Warned
from llmgw_desktop.domain.guard import PromptRole
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, OnePrompt
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.usage import AnswerShape, PromptFacts, Saving
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.compression.blocks import OF_ANSWERS, OF_PROMPTS
from llmgw_desktop.engine.compression.compressor import compressed
from llmgw_desktop.wire.tokens import text_tokens


def shaped(text: str, shape: AnswerShape) -> tuple[str, Saving | None]:
    """No saving where none was asked for. A long text takes a while."""
    if shape is AnswerShape.AS_IT_IS:
        return text, None
    short = compressed(text, OF_ANSWERS if shape is AnswerShape.OPTIMIZED else None)
    return short, saving(text, short)


def saving(before: str, after: str) -> Saving:
    return Saving(before_tokens=text_tokens(before), after_tokens=text_tokens(after))


STABLE = ("system", "tools", "context")
_PARTS = (*STABLE, "task")
_CONTROL = "cacheControl"
_BETWEEN = "\n\n"
LONGEST = 100_000
"""UTF-16 code units, as the clients of such gateways count: of each part, and of all together."""
_TEXT = {"type": "string"}
PARTS: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_PARTS, _TEXT),
        _CONTROL: {
            "type": "object",
            "properties": dict.fromkeys(STABLE, ON),
            "additionalProperties": False,
        },
    },
    "required": ["task"],
    "additionalProperties": False,
}


@value
class SaidPrompt:
    """What a request says, ready to be sent."""

    text: str = field(repr=False)
    parts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Those that hold something, in their order."""
    wanted: tuple[str, ...] = ()
    """Parts that the caller wants marked for the vendor's cache."""
    facts: PromptFacts = field(default_factory=PromptFacts)

    @property
    def stable(self) -> tuple[str, ...]:
        return tuple(name for name in self.parts if name in STABLE)


def read_prompt(common: Mapping[str, Any]) -> SaidPrompt:
    """Raises InvalidRun."""
    prompt, parts = common.get("prompt"), common.get("promptParts")
    optimizes = bool(common.get("optimizePrompt"))
    if prompt is not None and parts is not None:
        raise OnePrompt("provide exactly one of `prompt` or `promptParts`", field="promptParts")
    if parts is not None:
        return _of_parts(parts, optimizes=optimizes)
    if prompt is None:
        raise OnePrompt("one of `prompt` or `promptParts` is required", field="prompt")
    _check_length(prompt, "prompt")
    text = compressed(prompt, OF_PROMPTS) if optimizes else str(prompt)
    facts = PromptFacts(prompt_saving=saving(prompt, text) if optimizes else None)
    return SaidPrompt(text=text, facts=facts)


def _of_parts(given: Mapping[str, Any], *, optimizes: bool) -> SaidPrompt:
    parts, wanted = _checked(given)
    before = _BETWEEN.join(parts.values())
    _check_length(before, "promptParts")
    if optimizes:
        if wanted:
            raise InvalidRun("what is marked for a cache stays as it is", field="optimizePrompt")
        # Each by itself: its beginning stays the same, whatever the task.
        parts = {
            name: compressed(text, OF_PROMPTS if name == "task" else None)
            for name, text in parts.items()
        }
    text = _BETWEEN.join(parts.values())
    stable = _BETWEEN.join(text for name, text in parts.items() if name in STABLE)
    facts = PromptFacts(
        stable_prefix_hash=_digest(stable) if stable else "",
        stable_prefix_tokens=text_tokens(stable),
        prompt_saving=saving(before, text) if optimizes else None,
    )
    return SaidPrompt(text=text, parts=parts, wanted=wanted, facts=facts)


def said_in(submission: Submission) -> Iterator[tuple[PromptRole, str]]:
    """All words that a run is asked with: its prompt, and what its own fields say, with the names
    in them (of agents, of a schema's members)."""
    # whoever goes through prompts has read it in already
    from llmgw_desktop.wire.guards.prompt_parts import every_word

    yield PromptRole.USER, submission.request.prompt
    for option in submission.request.options.values():
        for text in every_word(option):
            yield PromptRole.SYSTEM, str(text)


def _digest(stable: str) -> str:
    return hashlib.sha256(stable.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(given: Mapping[str, Any]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The parts that hold something, and those that are to be marked."""
    for name, text in given.items():
        if name == _CONTROL:
            continue
        if name not in _PARTS:
            raise InvalidRun(f"it has {', '.join(_PARTS)} and {_CONTROL}", field="promptParts")
        if text is not None and not isinstance(text, str):
            raise InvalidRun(f"{name} must be a text", field="promptParts")
        no_nul(text or "", "promptParts")
        _check_length(text or "", f"promptParts.{name}")
    if not (given.get("task") or "").strip():
        raise InvalidRun("it needs a task", field="promptParts")
    wanted = _wanted(given.get(_CONTROL) or {})
    return {name: given[name] for name in _PARTS if given.get(name)}, wanted


def _wanted(control: object) -> tuple[str, ...]:
    if not isinstance(control, dict) or not control.keys() <= set(STABLE):
        raise InvalidRun(
            "cacheControl marks system, tools and context, and nothing else", field="promptParts"
        )
    if not all(isinstance(each, bool | None) for each in control.values()):
        raise InvalidRun("cacheControl says true or false", field="promptParts")
    return tuple(name for name in STABLE if control.get(name))


def _check_length(text: str, name: str) -> None:
    # No character has more than two units.
    if 2 * len(text) <= LONGEST:
        return
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units > LONGEST:
        raise InvalidRun(
            f"it is {units:,} characters long (UTF-16 code units), and {LONGEST:,} may be",
            field=name,
            category=ErrorCategory.INPUT_TOO_LARGE,
        )


MARKED_TTL_S = 3600
"""Claude Code's own marks say an hour; a shorter one may not stand before a longer one."""
_LEAST_OF_SONNET = 1024
_LEAST_OF_OTHERS = 4096


@value
class CacheMarks:
    """What is decided."""

    facts: PromptFacts
    parts: Mapping[str, Any] | None = None
    """For the CLI; None: nothing is marked."""
    warnings: tuple[Warned, ...] = ()


def cache_marks(cli: Cli, said: SaidPrompt, model: str, *, emits: bool) -> CacheMarks:
    """`emits`: the settings have the stable beginning marked where the caller marks nothing."""
    if not said.parts:
        return CacheMarks(facts=said.facts)
    if not any(each.name == "promptParts" for each in cli.options):
        words = f"{cli.name} takes no marks of what to cache; they are left out."
        return CacheMarks(facts=said.facts, warnings=(_noop(words),) if said.wanted else ())
    warnings: list[Warned] = []
    if empty := [name for name in said.wanted if name not in said.parts]:
        warnings.append(_noop(f"Nothing is in {', '.join(empty)}: there is nothing to mark."))
    marked = [name for name in said.wanted if name in said.parts]
    is_worth_it = said.facts.stable_prefix_tokens >= least_cacheable(model)
    is_shortened = said.facts.prompt_saving is not None
    if not marked and is_worth_it and emits and not is_shortened:
        marked = [said.stable[-1]]
    if not marked:
        if is_worth_it:
            warnings.append(_uncached(said.facts, model, is_shortened=is_shortened))
        return CacheMarks(facts=said.facts, warnings=tuple(warnings))
    return CacheMarks(
        facts=replace(
            said.facts, cache_control_blocks=len(marked), cache_control_ttl_s=MARKED_TTL_S
        ),
        parts={**said.parts, "cacheControl": dict.fromkeys(marked, True)},
        warnings=tuple(warnings),
    )


def least_cacheable(model: str) -> int:
    """Tokens; a shorter beginning is not kept by Anthropic, marked or not."""
    return _LEAST_OF_SONNET if "sonnet" in model.lower() else _LEAST_OF_OTHERS


def _noop(words: str) -> Warned:
    return Warned(code="cache_control_noop", message=words)


def _uncached(facts: PromptFacts, model: str, *, is_shortened: bool) -> Warned:
    why = "a prompt that is made shorter takes no marks" if is_shortened else "nothing is marked"
    words = (
        f"The stable beginning of the prompt has about {facts.stable_prefix_tokens:,} tokens, from"
        f" {least_cacheable(model):,} on it can be cached, and {why}. Mark its parts with"
        f" cacheControl."
    )
    return Warned(code="cacheable_prefix_uncached", message=words)
