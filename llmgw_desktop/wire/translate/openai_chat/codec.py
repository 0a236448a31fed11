"""Chat Completions, both ways."""

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.openai_chat.answer_out import write_answer
from llmgw_desktop.wire.translate.openai_chat.events_in import ChatEventReader, read_answer
from llmgw_desktop.wire.translate.openai_chat.events_out import ChatEventWriter
from llmgw_desktop.wire.translate.openai_chat.losses import LOSSES
from llmgw_desktop.wire.translate.openai_chat.prompt_in import read_prompt
from llmgw_desktop.wire.translate.openai_chat.prompt_out import write_prompt


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.OPENAI_CHAT,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=ChatEventReader,
        event_writer=ChatEventWriter,
        losses=LOSSES,
    )
