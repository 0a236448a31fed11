"""What Claude Code takes: its flags, the fields of a request, what each lets a run do, and its
subcommands.
"""

from llmgw_desktop.clis.checks import SHARED, Rights, named
from llmgw_desktop.clis.fields import (
    JSON_OBJECT,
    ON,
    TEXT,
    TEXTS,
    number,
    one_of,
    option,
    usual_options,
    whole_number,
)
from llmgw_desktop.clis.subcommand import subcommands

VERSION = "2.1.329"

UNLISTED = frozenset(
    {
        "--max-turns",
        "--system-prompt-file",
        "--append-system-prompt-file",
        "--permission-prompt-tool",
    }
)

_LISTED = """
    --add-dir --agent --agents --allow-dangerously-skip-permissions --allowedTools --allowed-tools
    --append-system-prompt --autocompact --ax-screen-reader --background --bare --betas --bg
    --brief --chrome --cloud --continue --dangerously-skip-permissions --debug --debug-file
    --desktop --disable-slash-commands --disallowedTools --disallowed-tools --effort --environment
    --exclude-dynamic-system-prompt-sections --fallback-model --file --fork-session
    --forward-subagent-text --from-pr --help --ide --include-hook-events
    --include-partial-messages --input-format --json-schema --max-budget-usd --mcp-config --model
    --name --no-chrome --no-session-persistence --output-format --permission-mode
    --permission-prompts --plugin-dir --plugin-url --print --prompt-suggestions --remote-control
    --remote-control-session-name-prefix --replay-user-messages --restricted --resume --safe-mode
    --session-id --setting-sources --settings --strict-mcp-config --system-prompt
    --system-prompt-snapshot --teleport --tmux --tools --verbose --version --worktree
"""

FLAGS = UNLISTED | frozenset(_LISTED.split())


BYPASS = "bypassPermissions"

OPTIONS = (
    *usual_options("text", "json", "stream-json", last="continueSession", forks=True),
    option("promptParts", {"type": "object"}, "The prompt's parts; cacheControl marks some."),
    option("agent", TEXT, "The agent of this session.", "--agent"),
    option("agents", {"type": "object"}, "Own agents, by name.", "--agents"),
    option("allowedTools", TEXTS, "Tools that need no permission.", "--allowed-tools"),
    option("disallowedTools", TEXTS, "Tools it may not use.", "--disallowed-tools"),
    option("tools", TEXTS, "Built-in tools; [] for none.", "--tools"),
    option(
        "permissionMode",
        one_of("default", "acceptEdits", "auto", BYPASS, "manual", "dontAsk", "plan"),
        "What may be done unasked.",
    ),
    option("dangerouslySkipPermissions", ON, f"As permissionMode `{BYPASS}`."),
    option("systemPrompt", TEXT, "In the place of the CLI's own.", "--system-prompt"),
    option("systemPromptFile", TEXT, "The same, from a file.", "--system-prompt-file"),
    option("appendSystemPrompt", TEXT, "After the CLI's own.", "--append-system-prompt"),
    option("appendSystemPromptFile", TEXT, "The same, from a file.", "--append-system-prompt-file"),
    option(
        "excludeDynamicSystemPromptSections",
        ON,
        "Facts of the machine come after the system prompt.",
        "--exclude-dynamic-system-prompt-sections",
    ),
    option("maxBudgetUsd", number(1e-6, 1e6), "Dollars to spend at most.", "--max-budget-usd"),
    option("maxTurns", whole_number(1, 1_000_000), "Turns of the agent at most.", "--max-turns"),
    option(
        "effort",
        one_of("low", "medium", "high", "xhigh", "max"),
        "How hard the model thinks.",
        "--effort",
    ),
    option("fallbackModel", TEXT, "Tried when the model is busy.", "--fallback-model"),
    option("jsonSchema", JSON_OBJECT, "Schema of the answer.", "--json-schema"),
    option("addDir", TEXTS, "More folders that it may work in.", "--add-dir"),
    option(
        "noSessionPersistence",
        ON,
        "Keeps no session.",
        "--no-session-persistence",
    ),
    option("settingSources", TEXT, "Of user, project and local.", "--setting-sources"),
    option("settings", TEXT, "More settings: a file or JSON.", "--settings"),
    option("name", TEXT, "Of the session.", "--name"),
    option("pluginDir", TEXTS, "Plugins from folders.", "--plugin-dir"),
    option("pluginUrl", TEXTS, "Plugins from the network.", "--plugin-url"),
    option("safeMode", ON, "Without any customization.", "--safe-mode"),
    option("bare", ON, "Without hooks, memory and instructions files.", "--bare"),
    option("debug", {"anyOf": [ON, TEXT]}, "Debug output, or its categories.", "--debug"),
    option("debugFile", TEXT, "Where to write it.", "--debug-file"),
    option("strictMcpConfig", ON, "No other MCP servers.", "--strict-mcp-config"),
    option("includeHookEvents", ON, "Hooks in the output.", "--include-hook-events"),
    option("replayUserMessages", ON, "The prompt in the output.", "--replay-user-messages"),
)

PROSE = frozenset({"systemPrompt", "appendSystemPrompt"})
"""May begin as they like: they stand behind their flag's `=`."""
PATHS = ("pluginDir", "systemPromptFile", "appendSystemPromptFile")
ALLOWS_BEFOREHAND = (
    "allowedTools",
    "dangerouslySkipPermissions",
    "settings",
    "settingSources",
    "agent",
    "agents",
    "pluginDir",
    "pluginUrl",
)
"""What may be done unasked, or who decides it: permissions, hooks, agents with modes of their
own."""

RIGHTS = Rights(
    mode="permissionMode",
    modes=named("default acceptEdits manual dontAsk plan"),
    safe={"permissionMode": "acceptEdits"},
    says=named("dangerouslySkipPermissions"),
    # `safeMode` and `bare` leave out hooks, which may be what holds it back.
    widens=named(
        "dangerouslySkipPermissions allowedTools addDir settings settingSources agent"
        " agents pluginDir pluginUrl debugFile safeMode bare"
    ),
    reaches=named(
        "systemPromptFile appendSystemPromptFile addDir settings settingSources pluginDir"
        " pluginUrl debugFile"
    ),
    folders=named("addDir"),
    plain=SHARED
    | named(
        "forkSession promptParts disallowedTools tools systemPrompt appendSystemPrompt"
        " excludeDynamicSystemPromptSections maxBudgetUsd maxTurns effort fallbackModel"
        " jsonSchema noSessionPersistence name debug strictMcpConfig includeHookEvents"
        " replayUserMessages"
    ),
)


SUBCOMMANDS = subcommands(
    """
agents | catalog | executes_agent | not_exposed | Manages agents in the background
    --add-dir --agent --all --allow-dangerously-skip-permissions --cwd
    --dangerously-skip-permissions --effort --json --mcp-config --model --permission-mode
    --plugin-dir --restricted --setting-sources --settings --strict-mcp-config
auth login | catalog | auth | not_exposed | Signs in
    --claudeai --console --email --sso
auth logout | catalog | auth | not_exposed | Signs out
auth status | inspect | read_only | tracked_only | Says who is signed in
    --json --text
doctor | diagnostic | read_only | tracked_only | Looks whether all is sound
import | catalog | writes_local_config | not_exposed | Takes over another agent's settings
    --dry-run --yes
install | catalog | updates_binary | mcp_requires_approval | Installs its native build
    --force
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --callback-port --client-id --client-secret --env --header --scope --transport
mcp get | inspect | read_only | tracked_only | Shows an MCP server
mcp list | inspect | network | tracked_only | Lists MCP servers and tries them
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
    --scope
mcp serve | catalog | starts_server | not_exposed | Is an MCP server itself
    --debug --verbose
plugin install | catalog | writes_local_config | not_exposed | Installs a plugin
    --accept-command --config --json --marketplace --scope --yes
plugin list | inspect | read_only | tracked_only | Lists plugins
    --available --data-size --json
plugin uninstall | catalog | destructive | not_exposed | Removes a plugin
    --json --keep-data --prune --scope --yes
purge | catalog | destructive | not_exposed | Deletes what it keeps of a project
    --all --dry-run --interactive --yes
setup-token | catalog | auth | not_exposed | Makes a lasting token
ultrareview | execute_candidate | executes_agent | not_exposed | Has changes reviewed in its cloud
    --json --no-post --post --timeout --trust-workspace
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
"""
)
