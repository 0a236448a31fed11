"""Claude Code, as it was seen to be at version 2.1.329."""

from llmgw_desktop.clis.claude.dialogue import ClaudeDialogue
from llmgw_desktop.clis.claude.flags import FLAGS, UNLISTED, VERSION
from llmgw_desktop.clis.claude.options import OPTIONS
from llmgw_desktop.clis.claude.plan import FACTS, plan, plan_asking
from llmgw_desktop.clis.claude.reader import SIGN_IN, ClaudeReader
from llmgw_desktop.clis.claude.upstream import UPSTREAM
from llmgw_desktop.clis.cli import Cli, ModelUse
from llmgw_desktop.clis.dialogue import AskingMode
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.CLAUDE,
    commands=("claude",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=ClaudeReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    unlisted_flags=UNLISTED,
    upstream=UPSTREAM,
    model_use=ModelUse(
        options={
            "tools": [],
            "noSessionPersistence": True,
            "safeMode": True,
            "strictMcpConfig": True,
        },
        system="systemPrompt",
        effort="effort",
        efforts=frozenset({"low", "medium", "high", "xhigh", "max"}),
        schema="jsonSchema",
        answers_at_end=True,
    ),
    asking=AskingMode(
        plan=plan_asking,
        dialogue=ClaudeDialogue,
        proof="It answers `initialize` and takes its mode before the prompt is sent; each"
        " turn's first line names that mode, and any other ends the run.",
    ),
)
