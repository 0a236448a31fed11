"""What the Grok CLI takes: its flags, the fields of a request, what each lets a run do, its
subcommands and its models.
"""

import re
from collections.abc import Iterator

from llmgw_desktop.clis.checks import SHARED, Rights, named
from llmgw_desktop.clis.fields import JSON_OBJECT, ON, TEXT, TEXTS, one_of, option, whole_number
from llmgw_desktop.clis.subcommand import ListedModel, ModelList, subcommands
from llmgw_desktop.domain.cli import CliRequest

VERSION = "1.0.41"

_UNLISTED = """
    --compaction-detail --compaction-mode --effort --experimental-memory --no-memory --todo-gate
"""

_LISTED = """
    --agent --agents --allow --always-approve --continue --cwd --debug --debug-file --deny
    --disable-web-search --disallowed-tools --fork-session --fullscreen --help
    --include-partial-messages --json-schema --leader-socket --max-turns --minimal --model
    --no-alt-screen --no-plan --no-subagents --oauth --output-format --permission-mode
    --prompt-file --prompt-json --reasoning-effort --restore-code --resume --rules --sandbox
    --session-id --single --system-prompt-override --tools --verbatim --version --worktree
    --worktree-ref
"""

UNLISTED = frozenset(_UNLISTED.split())
FLAGS = UNLISTED | frozenset(_LISTED.split())


AS_MESSAGES = "streaming-messages-json"

OPTIONS = (
    option("transport", one_of("cli"), "One run, started and read here."),
    option(
        "outputFormat",
        one_of("plain", "json", "streaming-json", AS_MESSAGES),
        f"Wanted form; the CLI is asked for streaming-json or {AS_MESSAGES}.",
    ),
    option(
        "effort",
        one_of("low", "medium", "high", "xhigh", "max"),
        "How hard the model thinks.",
        "--effort",
    ),
    option("reasoningEffort", TEXT, "The same in the CLI's own words.", "--reasoning-effort"),
    option("allowedTools", TEXTS, "Its only built-in tools.", "--tools"),
    option("disallowedTools", TEXTS, "Tools it may not use.", "--disallowed-tools"),
    option("maxTurns", whole_number(1, 10_000), "Turns of the agent at most.", "--max-turns"),
    option("workingDir", TEXT, "The folder it works in."),
    option("sandbox", TEXT, "Profile of its sandbox.", "--sandbox"),
    option("rules", TEXT, "Added to its system prompt.", "--rules"),
    option("systemPromptOverride", TEXT, "Its system prompt.", "--system-prompt-override"),
    option("allow", TEXTS, "May do unasked, as `Bash(git *)`.", "--allow"),
    option("deny", TEXTS, "May not do.", "--deny"),
    option(
        "compactionMode",
        one_of("summary", "transcript", "segments"),
        "How it is compacted.",
        "--compaction-mode",
    ),
    option(
        "compactionDetail",
        one_of("none", "minimal", "balanced", "verbose"),
        "How much is kept.",
        "--compaction-detail",
    ),
    option("agent", TEXT, "Name of an agent, or its file.", "--agent"),
    option("disableWebSearch", ON, "Without the web.", "--disable-web-search"),
    option("todoGate", ON, "Done when its tasks are.", "--todo-gate"),
    option("verbatim", ON, "The prompt exactly as given.", "--verbatim"),
    option(
        "promptFile",
        TEXT,
        "Not offered.",
        refused="the gateway hands the prompt over itself; give it as prompt",
    ),
    option("experimentalMemory", ON, "With memory.", "--experimental-memory"),
    option("noAltScreen", ON, "Of no effect.", "--no-alt-screen"),
    option("noMemory", ON, "Without memory.", "--no-memory"),
    option("noPlan", ON, "Without its plan mode.", "--no-plan"),
    option("noSubagents", ON, "Without agents of its own.", "--no-subagents"),
    option("oauth", ON, "Sign in by OAuth where it has to.", "--oauth"),
    option("restoreCode", ON, "On resume, code too.", "--restore-code"),
    option("leaderSocket", TEXT, "Socket of its leader.", "--leader-socket"),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("resumeLatest", ON, "Go on with the folder's last session."),
    option("forkSession", ON, "Go on with a copy of the session."),
    option("alwaysApprove", ON, "Everything, unasked.", "--always-approve"),
    option(
        "permissionMode",
        one_of("default", "acceptEdits", "auto", "dontAsk", "bypassPermissions", "plan"),
        "What it may do unasked; what it would ask for ends the run. Default: read, and harmless"
        " commands (`touch` and `mkdir` too). plan: no command, no edit.",
        "--permission-mode",
    ),
    option("agents", JSON_OBJECT, "Own agents, as JSON.", "--agents"),
    option(
        "promptJson",
        {"anyOf": [TEXT, {"type": "array"}, {"type": "object"}]},
        "Blocks in place of the prompt.",
        "--prompt-json",
    ),
    option("nativeWorktree", {"anyOf": [ON, TEXT]}, "In a worktree of its own.", "--worktree"),
    option("worktreeRef", TEXT, "What that worktree begins from.", "--worktree-ref"),
    option("jsonSchema", JSON_OBJECT, "Schema of the answer.", "--json-schema"),
)

PROSE = frozenset({"rules", "systemPromptOverride", "agents", "promptJson", "jsonSchema"})
"""May begin as they like: they stand behind their flag's `=`."""


def asked_format(request: CliRequest) -> str:
    """The format that it is really asked for."""
    is_messages = request.options.get("outputFormat") == AS_MESSAGES
    return AS_MESSAGES if is_messages else "streaming-json"


RIGHTS = Rights(
    mode="permissionMode",
    modes=named("default acceptEdits dontAsk plan"),
    safe={"permissionMode": "acceptEdits"},
    says=named("alwaysApprove"),
    widens=named("alwaysApprove allow sandbox agent agents leaderSocket restoreCode"),
    reaches=named(
        "sandbox agent promptFile promptJson leaderSocket nativeWorktree worktreeRef oauth"
    ),
    plain=SHARED
    | named(
        "forkSession transport effort reasoningEffort allowedTools disallowedTools maxTurns"
        " rules systemPromptOverride deny compactionMode compactionDetail disableWebSearch"
        " todoGate verbatim experimentalMemory noAltScreen noMemory noPlan noSubagents"
        " jsonSchema"
    ),
)


EVERYWHERE = frozenset({"--debug", "--debug-file", "--leader-socket"})
"""Flags that each of them takes besides."""

SUBCOMMANDS = subcommands(
    """
agent serve | catalog | starts_server | not_exposed | Serves the agent on a socket
    --bind --grok-ws-origin --grok-ws-url --remote --secret
agent stdio | execute_candidate | executes_agent | tracked_only | Is an agent over stdio
doctor | diagnostic | read_only | tracked_only | Looks whether the terminal does
    --json
du | inspect | read_only | tracked_only | Says what its folder takes up
    --clean --clean-orphaned --json --yes
export | inspect | read_only | tracked_only | Writes a session as Markdown
    --clipboard
inspect | inspect | read_only | tracked_only | Shows the settings that it finds
    --json
login | catalog | auth | not_exposed | Signs in
    --device-auth --oauth
logout | catalog | auth | not_exposed | Signs out
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --env --header --scope --transport
mcp list | inspect | read_only | tracked_only | Lists MCP servers
    --json
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
    --scope
models | inspect | network | mcp_readonly | Lists the models to be had
plugin list | inspect | read_only | tracked_only | Lists plugins
    --available --json
sessions list | inspect | read_only | tracked_only | Lists sessions
    --limit
setup | catalog | writes_local_config | not_exposed | Fetches settings that an organisation gives
    --json
trace | catalog | network | not_exposed | Exports or uploads a session's trace
    --json --local --output
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
    --alpha --check --force-reinstall --json --stable
usage | inspect | read_only | tracked_only | Says what a session used
version | diagnostic | read_only | tracked_only | Says its version
    --json
worktree list | inspect | read_only | tracked_only | Lists its worktrees
    --all --json --repo --type
""",
    everywhere=EVERYWHERE,
)

_MODEL_LINE = re.compile(r"\s+[*-] (\S+)( \(default\))?\s*")


def _models_in(text: str) -> Iterator[ListedModel]:
    for line in text.splitlines():
        if found := _MODEL_LINE.fullmatch(line):
            yield ListedModel(name=found[1], is_default=found[2] is not None)


MODELS = ModelList(arguments=("models",), rows=_models_in)
