"""Anthropic Messages as translation sees it: everything that its modules offer, in one value."""

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.anthropic.answer_in import read_answer
from llmgw_desktop.wire.translate.anthropic.answer_out import write_answer
from llmgw_desktop.wire.translate.anthropic.events_in import EventReader
from llmgw_desktop.wire.translate.anthropic.events_out import EventWriter
from llmgw_desktop.wire.translate.anthropic.losses import LOSSES
from llmgw_desktop.wire.translate.anthropic.prompt_in import read_prompt
from llmgw_desktop.wire.translate.anthropic.prompt_out import write_prompt
from llmgw_desktop.wire.translate.codec import Codec


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.ANTHROPIC,
        read_prompt=read_prompt,
        write_prompt=write_prompt,
        read_answer=read_answer,
        write_answer=write_answer,
        event_reader=EventReader,
        event_writer=EventWriter,
        losses=LOSSES,
    )
