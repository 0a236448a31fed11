"""Which codec is whose: the one place that knows all protocols by name.

A codec is imported when it is first needed: most programs never need more than one pair.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec

_PACKAGES: Mapping[ModelProtocol, str] = {
    ModelProtocol.ANTHROPIC: "anthropic",
    ModelProtocol.OPENAI_CHAT: "openai_chat",
    ModelProtocol.OPENAI_RESPONSES: "openai_responses",
    ModelProtocol.CODEX: "openai_responses",
    ModelProtocol.GEMINI: "gemini",
    ModelProtocol.CLI: "cli",
}
"""Of `wire/translate`."""
_FLAVOURS = {ModelProtocol.CODEX: (ModelProtocol.CODEX,)}
"""Of a package that writes several."""


@cache
def codec_of(protocol: ModelProtocol) -> Codec:
    package = import_module(f"llmgw_desktop.wire.translate.{_PACKAGES[protocol]}")
    made: Codec = package.codec(*_FLAVOURS.get(protocol, ()))
    return made
