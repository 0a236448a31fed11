"""Runs of CLIs: a prompt in the gateway's own words, and an answer that is plain text."""

from collections.abc import Mapping

from llmgw_desktop.app.conversation.message_parts import Message, Part, PartKind, Role

_SYSTEM = ("systemPrompt", "appendSystemPrompt", "systemPromptOverride", "rules")


def request_messages(request: Mapping[str, object]) -> tuple[Message, ...]:
    said = [(Role.SYSTEM, request.get(name)) for name in _SYSTEM]
    said.append((Role.USER, request.get("prompt")))
    return tuple(
        _message(role, text) for role, text in said if isinstance(text, str) and text.strip()
    )


def answer_messages(body: bytes) -> tuple[Message, ...]:
    text = body.decode("utf-8", "replace")
    return (_message(Role.ASSISTANT, text),) if text.strip() else ()


def _message(role: Role, text: str) -> Message:
    return Message(role=role, parts=(Part(kind=PartKind.TEXT, text=text),))
