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
        f"How the caller wants to have it; the CLI is asked for streaming-json or {AS_MESSAGES}.",
    ),
    option(
        "effort", one_of("low", "medium", "high", "xhigh", "max"), "How hard it thinks.", "--effort"
    ),
    option("reasoningEffort", TEXT, "The same in the CLI's own words.", "--reasoning-effort"),
    option("allowedTools", TEXTS, "The only built-in tools that it has.", "--tools"),
    option("disallowedTools", TEXTS, "Built-in tools taken from it.", "--disallowed-tools"),
    option("maxTurns", whole_number(1, 10_000), "Turns it may take.", "--max-turns"),
    option("workingDir", TEXT, "The folder it works in."),
    option("sandbox", TEXT, "Profile of its sandbox.", "--sandbox"),
    option("rules", TEXT, "Added to its system prompt.", "--rules"),
    option("systemPromptOverride", TEXT, "Its system prompt.", "--system-prompt-override"),
    option("allow", TEXTS, "Rules of what it may do unasked, as `Bash(git *)`.", "--allow"),
    option("deny", TEXTS, "Rules of what it may not do.", "--deny"),
    option(
        "compactionMode",
        one_of("summary", "transcript", "segments"),
        "How a long conversation is made short.",
        "--compaction-mode",
    ),
    option(
        "compactionDetail",
        one_of("none", "minimal", "balanced", "verbose"),
        "How much of it is kept.",
        "--compaction-detail",
    ),
    option("agent", TEXT, "Name of an agent, or its file.", "--agent"),
    option("disableWebSearch", ON, "Without the web.", "--disable-web-search"),
    option("todoGate", ON, "Not done before its list of tasks is.", "--todo-gate"),
    option("verbatim", ON, "The prompt exactly as given.", "--verbatim"),
    option("promptFile", TEXT, "Refused: the gateway hands the prompt over as a file itself."),
    option("experimentalMemory", ON, "With memory across conversations.", "--experimental-memory"),
    option("noAltScreen", ON, "Nothing without a terminal; accepted.", "--no-alt-screen"),
    option("noMemory", ON, "Without memory.", "--no-memory"),
    option("noPlan", ON, "Without its plan mode.", "--no-plan"),
    option("noSubagents", ON, "Without agents of its own.", "--no-subagents"),
    option("oauth", ON, "Sign in by OAuth where it has to.", "--oauth"),
    option("restoreCode", ON, "Bring the code back as well, on resume.", "--restore-code"),
    option("leaderSocket", TEXT, "Socket of its leader.", "--leader-socket"),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("resumeLatest", ON, "Go on with the folder's last session."),
    option("forkSession", ON, "Go on with a copy of the session."),
    option("alwaysApprove", ON, "Everything, unasked.", "--always-approve"),
    option(
        "permissionMode",
        one_of("default", "acceptEdits", "auto", "dontAsk", "bypassPermissions", "plan"),
        "What it may do unasked; what it would ask for ends the run. Default: read, and the few"
        " commands that it holds to be harmless, `touch` and `mkdir` among them. With plan, no"
        " command and no edit.",
        "--permission-mode",
    ),
    option("agents", JSON_OBJECT, "Agents of its own, as JSON.", "--agents"),
    option(
        "promptJson",
        {"anyOf": [TEXT, {"type": "array"}, {"type": "object"}]},
        "Blocks to say in place of the prompt, as JSON.",
        "--prompt-json",
    ),
    option("nativeWorktree", {"anyOf": [ON, TEXT]}, "In a worktree of its own.", "--worktree"),
    option("worktreeRef", TEXT, "What that worktree begins from.", "--worktree-ref"),
    option("jsonSchema", JSON_OBJECT, "The answer is JSON that fits this.", "--json-schema"),
)

PROSE = frozenset({"rules", "systemPromptOverride", "agents", "promptJson", "jsonSchema"})
"""May begin as they like: they stand behind their flag's `=`."""


def asked_format(request: CliRequest) -> str:
    """The format that it is really asked for."""
    is_messages = request.options.get("outputFormat") == AS_MESSAGES
    return AS_MESSAGES if is_messages else "streaming-json"
