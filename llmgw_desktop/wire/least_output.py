"""What an answer that broke off has generated at the least, read from the part that came.

No tokenizer makes one token of two words: words of what was written are a lower bound, whoever
wrote them.
"""

import re
from collections.abc import Iterator
from contextlib import suppress

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.sse import data_of

LOOKED_AT_BYTES = 64 * 1024
"""More is not read, for nobody may wait for it; what was left out makes the bound no less true."""
_GROWING: dict[ModelProtocol, tuple[bytes, ...]] = {
    ModelProtocol.ANTHROPIC: (b'"content_block_delta"',),
    ModelProtocol.OPENAI_RESPONSES: (b'.delta"',),
    ModelProtocol.CODEX: (b'.delta"',),
}
"""What marks a piece that goes on; the others say again what was said."""
_WORDS = re.compile(
    rb'"(?:text|content|thinking|reasoning|reasoning_content|partial_json|arguments|delta|refusal)"'
    rb'\s*:\s*("(?:[^"\\]|\\.)*")'
)
_FRAME_END = re.compile(rb"\r?\n\r?\n")


def least_output_tokens(protocol: ModelProtocol, answer: bytes | bytearray) -> int:
    """`answer` in the dialect of this protocol, as far as it came; 0 where nothing was written."""
    some = bytes(answer[:LOOKED_AT_BYTES])
    return len("".join(_written(protocol, some)).split())


def _written(protocol: ModelProtocol, answer: bytes) -> Iterator[str]:
    marks = _GROWING.get(protocol)
    for frame in _FRAME_END.split(answer):
        if marks is not None and not any(mark in frame for mark in marks):
            continue
        for found in _WORDS.finditer(data_of(frame) or frame):
            with suppress(ValueError):
                yield parse_json(found[1])
