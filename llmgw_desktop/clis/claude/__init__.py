"""Claude Code, as it was seen to be at version 2.1.329."""

from llmgw_desktop.clis.claude import contract
from llmgw_desktop.clis.claude.control import HOOK
from llmgw_desktop.clis.claude.dialogue import ClaudeDialogue
from llmgw_desktop.clis.claude.plan import FACTS, SERVERS, UPSTREAM, plan, plan_asking
from llmgw_desktop.clis.claude.reader import SIGN_IN, ClaudeReader
from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse
from llmgw_desktop.clis.dialogue import AskingMode
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.rules.command import CommandShell

CLI = Cli(
    name=CliName.CLAUDE,
    title="Claude Code",
    vendor="anthropic",
    packaging=Packaging(
        npm="@anthropic-ai/claude-code", update=("update",), update_to=("install", "{target}")
    ),
    variables=("ANTHROPIC_", "CLAUDE_"),
    places=(".claude/", ".claude.json"),
    rights=contract.RIGHTS,
    commands=("claude",),
    facts=FACTS,
    options=contract.OPTIONS,
    plan=plan,
    reader=ClaudeReader,
    sign_in=SIGN_IN,
    contract_version=contract.VERSION,
    flags=contract.FLAGS,
    unlisted_flags=contract.UNLISTED,
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
    hook=HOOK,
    skills=(".claude/skills",),
    model_hints=("fable", "opus", "sonnet"),
    servers=SERVERS,
    instructions="appendSystemPrompt",
    instructions_file="appendSystemPromptFile",
    review=ReviewUse(options={"permissionMode": "plan", "noSessionPersistence": True}),
    tells_cache_life=True,
    subcommands=contract.SUBCOMMANDS,
    shell_on_windows=CommandShell.POSIX,
)
