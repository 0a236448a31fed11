"""xAI's Grok CLI, as it was seen to be at version 1.0.41."""

from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.clis.grok.flags import FLAGS, UNLISTED, VERSION
from llmgw_desktop.clis.grok.messages_reader import GrokMessagesReader
from llmgw_desktop.clis.grok.options import AS_MESSAGES, OPTIONS, asked_format
from llmgw_desktop.clis.grok.plan import FACTS, plan
from llmgw_desktop.clis.grok.reader import SIGN_IN, GrokReader
from llmgw_desktop.domain.cli import CliName, CliRequest


def reader(request: CliRequest) -> OutputReader:
    """The one for the format that the plan of the same request asks for."""
    is_messages = asked_format(request) == AS_MESSAGES
    return GrokMessagesReader(request) if is_messages else GrokReader(request)


CLI = Cli(
    name=CliName.GROK,
    commands=("grok",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=reader,
    read_by=frozenset({"outputFormat"}),
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    unlisted_flags=UNLISTED,
)
