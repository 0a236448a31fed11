"""What is this vendor's own: its tools' items, sealed reasoning, annotations, what its models take.

Items that only its models know are kept as they were written; here is which of them the caller has
to answer, and what of them can be said in words to others. A carrier of a call's seal stands before
the call; where the seal came too late for that, and for text, it stands behind and ends with a mark
that no carrier has.
"""

import re
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.model.content import (
    Citation,
    RedactedThinking,
    Signature,
    Thinking,
    Vendor,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.translate.carriers import CallIds, Carried, SealOf, packed, unpacked
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.tools import ToolNames

ITEMS_OF_MODEL = frozenset(
    {
        "apply_patch_call",
        "code_interpreter_call",
        "compaction",
        "compaction_summary",
        "computer_call",
        "context_compaction",
        "file_search_call",
        "image_generation_call",
        "local_shell_call",
        "mcp_approval_request",
        "mcp_call",
        "mcp_list_tools",
        "program",
        "program_output",
        "shell_call",
        "tool_search_call",
        "web_search_call",
    }
)
ITEMS_OF_CALLER = frozenset(
    {
        "apply_patch_call_output",
        "computer_call_output",
        "configuration_update",
        "local_shell_call_output",
        "mcp_approval_response",
        "shell_call_output",
        "tool_search_output",
    }
)
WAITS_FOR_CALLER = frozenset(
    {"apply_patch_call", "computer_call", "local_shell_call", "mcp_approval_request", "shell_call"}
)
"""After one of these the model waits for what the caller's side gives back."""

TOOLS = frozenset(
    {
        "apply_patch",
        "code_interpreter",
        "computer",
        "computer_use",
        "computer_use_preview",
        "file_search",
        "image_generation",
        "local_shell",
        "mcp",
        "programmatic_tool_calling",
        "shell",
        "tool_search",
    }
)


def is_web_search(tool_type: str) -> bool:
    """The vendor dates some: `web_search_preview_2025_03_11`."""
    return tool_type.startswith("web_search")


def waits_for_caller(item: Mapping[str, Any]) -> bool:
    if item.get("type") == "tool_search_call":
        return item.get("execution") == "client"
    return item.get("type") in WAITS_FOR_CALLER


def in_words(item: Mapping[str, Any]) -> str | None:
    """What others can be told of it; None where nothing of it is words."""
    match item.get("type"):
        case "local_shell_call" | "shell_call":
            return _commands(item.get("action"))
        case "apply_patch_call":
            operation = item.get("operation")
            return _joined(operation, "type", "path", "diff")
        case "local_shell_call_output" | "apply_patch_call_output" | "mcp_call":
            return _joined(item, "name", "arguments", "output")
        case "shell_call_output":
            return _outputs(item.get("output"))
        case "code_interpreter_call":
            return _joined(item, "code")
        case _:
            return None


def _commands(action: object) -> str | None:
    if not isinstance(action, dict):
        return None
    if isinstance(commands := action.get("commands"), list):
        return "\n".join(each for each in commands if isinstance(each, str)) or None
    if isinstance(command := action.get("command"), list):
        return " ".join(each for each in command if isinstance(each, str)) or None
    return None


def _outputs(output: object) -> str | None:
    if not isinstance(output, list):
        return None
    told = [_joined(each, "stdout", "stderr") for each in output]
    return "\n".join(each for each in told if each) or None


def _joined(parent: object, *names: str) -> str | None:
    if not isinstance(parent, dict):
        return None
    words = [parent.get(name) for name in names]
    return "\n".join(word for word in words if isinstance(word, str) and word) or None


_BEHIND = "~"
BETWEEN_PARTS = "\n\n"
"""A summary comes in parts; they are one piece of thinking."""


def sealed(signature: Signature, of: SealOf, *, behind: bool = False) -> str:
    """As `encrypted_content`."""
    return packed(signature, Vendor.OPENAI, of) + (_BEHIND if behind else "")


def seal_in(encrypted: str) -> tuple[Carried | None, bool]:
    """What it holds, and whether it belongs to what stands before it."""
    if encrypted.endswith(_BEHIND):
        return unpacked(encrypted[:-1], Vendor.OPENAI), True
    return unpacked(encrypted, Vendor.OPENAI), False


def thinking_of(item: Mapping[str, Any], encrypted: str | None) -> Thinking | RedactedThinking:
    """An item whose seal, if it has one, seals the thinking itself."""
    carried = seal_in(encrypted)[0] if encrypted else None
    if carried is not None and carried.of is SealOf.REDACTED:
        return RedactedThinking(signature=carried.signature)
    return Thinking(text=shown_text(item), signature=carried.signature if carried else None)


def shown_text(item: Mapping[str, Any]) -> str:
    """The summary; where there is none, the reasoning itself, which open models show."""
    return _texts(item.get("summary")) or _texts(item.get("content"))


def reasoning_item(
    text: str, signature: Signature | None, of: SealOf = SealOf.THINKING, *, behind: bool = False
) -> dict[str, object]:
    """Without an id, as a caller or an upstream gets it."""
    return {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": text}] if text else [],
        "encrypted_content": sealed(signature, of, behind=behind) if signature else None,
    }


def _texts(parts: object) -> str:
    if not isinstance(parts, list):
        return ""
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return BETWEEN_PARTS.join(text for text in texts if isinstance(text, str) and text)


def citation_of(annotation: Mapping[str, Any]) -> Citation:
    """Of whatever kind; what it does not tell stays unknown."""
    return Citation(
        url=_word(annotation, "url"),
        title=_word(annotation, "title") or _word(annotation, "filename"),
        start=_place(annotation, "start_index"),
        end=_place(annotation, "end_index"),
        raw=annotation,
        vendor=Vendor.OPENAI,
    )


def annotation_of(citation: Citation, text_chars: int) -> Mapping[str, Any] | None:
    """None for what has no address: the protocol knows addresses and its own files alone.

    A citation without a place speaks of the whole text.
    """
    if citation.vendor is Vendor.OPENAI and citation.raw is not None:
        return citation.raw
    if citation.url is None:
        return None
    return {
        "type": "url_citation",
        "start_index": 0 if citation.start is None else citation.start,
        "end_index": text_chars if citation.end is None else citation.end,
        "title": citation.title or citation.url,
        "url": citation.url,
    }


def _word(annotation: Mapping[str, Any], name: str) -> str | None:
    word = annotation.get(name)
    return word if isinstance(word, str) and word else None


def _place(annotation: Mapping[str, Any], name: str) -> int | None:
    place = annotation.get(name)
    return place if type(place) is int else None


_WITHOUT_REASONING = re.compile(r"(?:gpt-(?:3|4)|chatgpt-|text-)")
_WITH_REASONING = re.compile(r"(?:o\d|gpt-(?:[5-9]|\d\d)|codex)")

Body = dict[str, Any]


@value
class Writing:
    """One request on its way."""

    target: PromptTarget
    names: ToolNames
    ids: CallIds
    report: LossReport

    @property
    def is_codex(self) -> bool:
        return self.target.protocol is ModelProtocol.CODEX

    @property
    def vendor(self) -> Vendor:
        return self.target.vendor

    @property
    def is_own(self) -> bool:
        """The vendor's own service, which knows custom tools, namespaces and sealed reasoning."""
        return is_own(self.target)

    @property
    def may_reason(self) -> bool:
        """False for the vendor's models that are known to refuse everything about reasoning."""
        return not (self.is_own and _WITHOUT_REASONING.match(_bare(self.target.model)))

    @property
    def reasons(self) -> bool:
        """True for the vendor's models that are known to refuse sampling."""
        return self.is_own and _WITH_REASONING.match(_bare(self.target.model)) is not None


def is_own(target: PromptTarget) -> bool:
    return target.vendor is Vendor.OPENAI or target.protocol is ModelProtocol.CODEX


def _bare(model: str) -> str:
    return model.rpartition("/")[2].lower()


DEFAULTS: Mapping[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}
"""What an answer repeats of its request, as it is where the request leaves it out."""
