"""What a request to Grok may say, by its public names."""

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import JSON_OBJECT, ON, TEXT, TEXTS, one_of, whole_number
from llmgw_desktop.domain.cli import CliRequest

AS_MESSAGES = "streaming-messages-json"

OPTIONS = (
    option("transport", one_of("cli", "acp"), "Only cli: one run, started and read here."),
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
    option("promptFile", TEXT, "Refused: use prompt."),
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
