"""OpenAI Responses and the flavour of it that Codex speaks to its vendor, both ways."""

from functools import partial

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.openai_responses.answer_in import read_answer
from llmgw_desktop.wire.translate.openai_responses.answer_out import write_answer
from llmgw_desktop.wire.translate.openai_responses.events_in import ResponsesEventReader
from llmgw_desktop.wire.translate.openai_responses.events_out import ResponsesEventWriter
from llmgw_desktop.wire.translate.openai_responses.losses import CODEX_LOSSES, LOSSES
from llmgw_desktop.wire.translate.openai_responses.prompt_in import read_prompt
from llmgw_desktop.wire.translate.openai_responses.prompt_out import write_prompt


def codec(flavour: ModelProtocol = ModelProtocol.OPENAI_RESPONSES) -> Codec:
    """The flavours differ in what upstreams take; `write_prompt` looks at the target's protocol."""
    is_codex = flavour is ModelProtocol.CODEX
    return Codec(
        protocol=flavour,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=partial(write_answer, is_codex=is_codex),
        event_reader=ResponsesEventReader,
        event_writer=partial(ResponsesEventWriter, is_codex=is_codex),
        losses=CODEX_LOSSES if is_codex else LOSSES,
    )


def always_streams(protocol: ModelProtocol) -> bool:
    """Whether an upstream of this protocol streams whatever is asked for. Its whole stream can be
    given to `read_answer` for a caller that wants no stream."""
    return protocol is ModelProtocol.CODEX
