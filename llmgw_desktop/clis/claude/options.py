"""What a request to Claude Code may say, by its public names."""

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import JSON_OBJECT, ON, TEXT, TEXTS, number, one_of, whole_number

BYPASS = "bypassPermissions"

OPTIONS = (
    option(
        "outputFormat",
        one_of("text", "json", "stream-json"),
        "Accepted; the gateway reads a stream of events in any case.",
    ),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("continueSession", ON, "Go on with the folder's last session."),
    option("forkSession", ON, "Go on with a copy of the session."),
    option("workingDir", TEXT, "The folder it works in."),
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
FOLDERS = ("addDir", "pluginDir")
FILES = ("systemPromptFile", "appendSystemPromptFile")
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
