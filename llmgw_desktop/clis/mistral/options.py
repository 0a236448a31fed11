"""What a request to Vibe may say, by its public names."""

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import ON, TEXT, TEXTS, number, one_of, whole_number

OPTIONS = (
    option("transport", one_of("cli", "acp"), "Only cli: one run, started and read here."),
    option(
        "outputFormat",
        one_of("text", "plain", "json", "streaming", "stream-json"),
        "Accepted; the gateway reads a stream of events in any case.",
    ),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("resumeLatest", ON, "Go on with the folder's last session."),
    option("workingDir", TEXT, "The folder it works in."),
    option(
        "permissionMode",
        TEXT,
        "Its agent: ask (default), accept-edits, smart-approve, auto-approve, or your own. What it"
        " would ask for is denied.",
        "--agent",
    ),
    option("allowedTools", TEXTS, "The only tools there are.", "--enabled-tools"),
    option("disallowedTools", TEXTS, "Tools there are not.", "--disabled-tools"),
    option("trust", ON, "Uses the folder's own settings.", "--trust"),
    option("maxTurns", whole_number(1, 10_000), "Turns of the agent at most.", "--max-turns"),
    option("maxPrice", number(0.000001, 10_000), "Dollars to spend at most.", "--max-price"),
    option("maxTokens", whole_number(1, 100_000_000), "Tokens at most.", "--max-tokens"),
    option("addDir", TEXTS, "More folders that it may work in.", "--add-dir"),
)
