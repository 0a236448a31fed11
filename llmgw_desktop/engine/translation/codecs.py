"""Which codec is whose: the one place that knows all protocols by name.

A codec is imported when it is first needed: most programs never need more than one pair.
"""

from collections.abc import Callable, Mapping
from functools import cache

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec


@cache
def codec_of(protocol: ModelProtocol) -> Codec:
    return _MAKERS[protocol]()


def _anthropic() -> Codec:
    from llmgw_desktop.wire.translate.anthropic.codec import codec

    return codec()


def _openai_chat() -> Codec:
    from llmgw_desktop.wire.translate.openai_chat.codec import codec

    return codec()


def _openai_responses() -> Codec:
    from llmgw_desktop.wire.translate.openai_responses.codec import codec

    return codec(ModelProtocol.OPENAI_RESPONSES)


def _codex() -> Codec:
    from llmgw_desktop.wire.translate.openai_responses.codec import codec

    return codec(ModelProtocol.CODEX)


def _gemini() -> Codec:
    from llmgw_desktop.wire.translate.gemini.codec import codec

    return codec()


def _cli() -> Codec:
    from llmgw_desktop.wire.translate.cli.codec import codec

    return codec()


_MAKERS: Mapping[ModelProtocol, Callable[[], Codec]] = {
    ModelProtocol.ANTHROPIC: _anthropic,
    ModelProtocol.OPENAI_CHAT: _openai_chat,
    ModelProtocol.OPENAI_RESPONSES: _openai_responses,
    ModelProtocol.CODEX: _codex,
    ModelProtocol.GEMINI: _gemini,
    ModelProtocol.CLI: _cli,
}
