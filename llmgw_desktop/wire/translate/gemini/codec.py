"""Gemini generateContent, both ways."""

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.gemini.answer_out import write_answer
from llmgw_desktop.wire.translate.gemini.events_in import GeminiEventReader, read_answer
from llmgw_desktop.wire.translate.gemini.events_out import GeminiEventWriter
from llmgw_desktop.wire.translate.gemini.losses import LOSSES
from llmgw_desktop.wire.translate.gemini.prompt_in import read_prompt
from llmgw_desktop.wire.translate.gemini.prompt_out import write_prompt


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.GEMINI,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=GeminiEventReader,
        event_writer=GeminiEventWriter,
        losses=LOSSES,
    )
