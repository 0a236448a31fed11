"""Mistral's Vibe CLI, `vibe`, as it was seen to be at version 3.0.3."""

from llmgw_desktop.clis.cli import Cli, ModelUse, SideUsage
from llmgw_desktop.clis.mistral.asking import ASKING
from llmgw_desktop.clis.mistral.export import PATH, read_usage
from llmgw_desktop.clis.mistral.flags import FLAGS, UNLISTED, VERSION
from llmgw_desktop.clis.mistral.options import OPTIONS
from llmgw_desktop.clis.mistral.plan import FACTS, plan
from llmgw_desktop.clis.mistral.reader import SIGN_IN, VibeReader
from llmgw_desktop.clis.mistral.retrying import RETRY_WORDS
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.MISTRAL,
    commands=("vibe",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=VibeReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    retry_words=RETRY_WORDS,
    unlisted_flags=UNLISTED,
    side_usage=SideUsage(path=PATH, read=read_usage),
    # No list takes all its tools from it; whatever changes something, or lies elsewhere, is denied.
    model_use=ModelUse(
        options={"permissionMode": "ask"},
        leaves=".vibe/logs/session/unified/{session_id}",
        reads_mentions=True,
    ),
)
