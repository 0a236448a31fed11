"""Codex, as it was seen to be at version 0.169.0."""

from llmgw_desktop.clis.cli import Cli, SideUsage
from llmgw_desktop.clis.codex.flags import FLAGS, HELPS, VERSION
from llmgw_desktop.clis.codex.options import OPTIONS
from llmgw_desktop.clis.codex.plan import FACTS, plan
from llmgw_desktop.clis.codex.reader import SIGN_IN, CodexReader
from llmgw_desktop.clis.codex.rollout import PATH, read_usage
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.CODEX,
    commands=("codex",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=CodexReader,
    read_by=frozenset({"outputSchema"}),
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    helps=HELPS,
    side_usage=SideUsage(path=PATH, read=read_usage),
)
