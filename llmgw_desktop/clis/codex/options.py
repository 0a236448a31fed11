"""What a request to Codex may say, by its public names."""

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import JSON_OBJECT, ON, TEXT, TEXTS, one_of

READ_ONLY = "read-only"
MAY_WRITE = "workspace-write"
BYPASS = "dangerouslyBypassApprovalsAndSandbox"
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")

OPTIONS = (
    option(
        "outputFormat",
        one_of("text", "json"),
        "Accepted; the gateway reads a stream of events in any case.",
    ),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("resumeLatest", ON, "Go on with the folder's last session."),
    option("forkSession", ON, "Go on with a copy of the session."),
    option("workingDir", TEXT, "The folder it works in."),
    option(
        "sandboxMode",
        one_of(READ_ONLY, MAY_WRITE, "danger-full-access"),
        "What its commands may touch; default: its settings.",
        "--sandbox",
    ),
    option("fullAuto", ON, f"As sandboxMode `{MAY_WRITE}`."),
    option("useLegacyFullAutoFlag", ON, "As fullAuto."),
    option(
        "askForApproval",
        one_of("untrusted", "on-request", "never"),
        "When it asks a person; nobody will answer.",
        "--ask-for-approval",
    ),
    option(BYPASS, ON, "No sandbox at all.", "--dangerously-bypass-approvals-and-sandbox"),
    option(
        "dangerouslyBypassHookTrust",
        ON,
        "Untrusted hooks run.",
        "--dangerously-bypass-hook-trust",
    ),
    option("outputSchema", JSON_OBJECT, "Schema of the answer, or its file."),
    option("outputLastMessage", TEXT, "A file for the answer.", "--output-last-message"),
    option("search", ON, "May search the web.", "--search"),
    option("profile", TEXT, "A profile of its settings.", "--profile"),
    option("configOverrides", {"type": "object"}, "Its settings, by dotted names.", "--config"),
    option(
        "developerInstructions",
        TEXT,
        "Instructions beside its own.",
        "--config",
    ),
    option("reasoningEffort", one_of(*EFFORTS), "How hard the model thinks.", "--config"),
    option("ephemeral", ON, "Keeps no session.", "--ephemeral"),
    option("images", TEXTS, "Pictures for the prompt.", "--image"),
    option("ignoreUserConfig", ON, "Without the person's settings.", "--ignore-user-config"),
    option("ignoreRules", ON, "Without rules of what may run.", "--ignore-rules"),
    option("strictConfig", ON, "Fails where a setting is unknown.", "--strict-config"),
    option("addDir", TEXTS, "More folders that it may write to.", "--add-dir"),
    option("enable", TEXTS, "Features to turn on.", "--enable"),
    option("disable", TEXTS, "Features to turn off.", "--disable"),
    option("oss", ON, "A model on this computer.", "--oss"),
    option("localProvider", one_of("lmstudio", "ollama"), "Who serves it.", "--local-provider"),
    option("color", one_of("always", "never", "auto"), "Of no effect on JSON.", "--color"),
)

SETTINGS = {
    "developerInstructions": "developer_instructions",
    "reasoningEffort": "model_reasoning_effort",
}
"""Fields that are settings of its own."""
PROSE = frozenset({"developerInstructions"})
"""May begin as it likes: it stands within quotes."""
FRESH_ONLY = ("profile", "oss", "localProvider", "color")
"""`exec resume` and `exec fork` have no flag for these."""
