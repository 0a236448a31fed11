"""What is said to a CLI: one text, or parts of which the first stay from request to request.

The parts are joined by blank lines, so that a vendor's cache finds the same beginning again.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from llmgw_desktop.clis.checks import no_nul
from llmgw_desktop.clis.values import ON
from llmgw_desktop.domain.cli import ErrorCategory
from llmgw_desktop.domain.guard import PromptRole
from llmgw_desktop.domain.prompt_facts import PromptFacts
from llmgw_desktop.domain.run_errors import InvalidRun, OnePrompt
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.compression.boilerplate import OF_PROMPTS
from llmgw_desktop.engine.compression.compressor import compressed
from llmgw_desktop.engine.runs.shaping import saving
from llmgw_desktop.wire.tokens import text_tokens

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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    from llmgw_desktop.wire.prompt_parts import every_word

    yield PromptRole.USER, submission.request.prompt
    for value in submission.request.options.values():
        for text in every_word(value):
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
