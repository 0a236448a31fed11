"""The gateway's own runs of vendors' CLIs: requests go in, streams come out.

No caller speaks this, so there is nothing to be read from one or written to one.
"""

from typing import NoReturn

from llmgw_desktop.domain.errors import NotServed, UpstreamGarbage
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.translate.cli.frames import CliEventReader
from llmgw_desktop.wire.translate.cli.losses import LOSSES
from llmgw_desktop.wire.translate.cli.prompt_out import write_prompt
from llmgw_desktop.wire.translate.codec import Codec
from llmgw_desktop.wire.translate.names import ToolNames


def codec() -> Codec:
    return Codec(
        protocol=ModelProtocol.CLI,
        read_prompt=_no_caller,
        write_prompt=write_prompt,
        read_answer=_no_whole_answer,
        write_answer=_no_caller,
        event_reader=_event_reader,
        event_writer=_no_caller,
        losses=LOSSES,
    )


def _event_reader(_names: ToolNames) -> CliEventReader:
    """An agent never calls the caller's tools, so there are no names to be read back."""
    return CliEventReader()


def _no_caller(*_: object) -> NoReturn:
    raise NotServed(
        "A CLI is asked in the dialect of the caller; the one between the gateway and its own runs"
        " of CLIs is spoken by no caller."
    )


def _no_whole_answer(*_: object) -> NoReturn:
    raise UpstreamGarbage("A run of a CLI is told as a stream, and this is none.")
