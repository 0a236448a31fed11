"""What a request to Copilot may say, by its public names."""

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import JSON_OBJECT, ON, TEXT, TEXTS, number, one_of, whole_number

OPTIONS = (
    option(
        "outputFormat",
        one_of("text", "json"),
        "Accepted; the gateway reads a stream of events in any case.",
    ),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("resumeLatest", ON, "Go on with the folder's last session."),
    option("workingDir", TEXT, "The folder it works in."),
    option("agent", TEXT, "An agent of one's own.", "--agent"),
    option("mode", one_of("plan", "autopilot"), "How it begins.", "--mode"),
    option(
        "maxAutopilotContinues",
        whole_number(0, 1_000_000),
        "Of autopilot, at most.",
        "--max-autopilot-continues",
    ),
    option(
        "effort",
        one_of("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        "How hard the model thinks.",
        "--reasoning-effort",
    ),
    option("context", one_of("default", "long_context"), "How much it can hold.", "--context"),
    option("allowAllTools", ON, "All tools run unasked.", "--allow-all-tools"),
    option("allowAllPaths", ON, "All paths may be touched.", "--allow-all-paths"),
    option("allowAllUrls", ON, "All addresses may be opened.", "--allow-all-urls"),
    option("allowAll", ON, "All three of them.", "--allow-all"),
    option("yolo", ON, "As allowAll.", "--yolo"),
    option("allowedTools", TEXTS, "Tools that need no permission.", "--allow-tool"),
    option("disallowedTools", TEXTS, "Tools it may not use.", "--deny-tool"),
    option("availableTools", TEXTS, "The only tools there are.", "--available-tools"),
    option("excludedTools", TEXTS, "Tools there are not.", "--excluded-tools"),
    option("allowedUrls", TEXTS, "Addresses that may be opened.", "--allow-url"),
    option("disallowedUrls", TEXTS, "Addresses that may not.", "--deny-url"),
    option("addDir", TEXTS, "More folders that it may work in.", "--add-dir"),
    option("disallowTempDir", ON, "No temporary folder.", "--disallow-temp-dir"),
    option("trustFolder", ON, "Uses the folder's own settings.", "--trust-folder"),
    option("attachments", TEXTS, "Files for the prompt.", "--attachment"),
    option("name", TEXT, "Of the session.", "--name"),
    option("pluginDir", TEXTS, "Plugins from folders.", "--plugin-dir"),
    option("mcpConfig", JSON_OBJECT, "More MCP servers, as JSON.", "--additional-mcp-config"),
    option("disableBuiltinMcps", ON, "Without its own MCP servers.", "--disable-builtin-mcps"),
    option("disableMcpServers", TEXTS, "Without these.", "--disable-mcp-server"),
    option(
        "noCustomInstructions", ON, "Without AGENTS.md and its like.", "--no-custom-instructions"
    ),
    option("enableMemory", ON, "With its memory.", "--enable-memory"),
    option("secretEnvVars", TEXTS, "Hidden from tools.", "--secret-env-vars"),
    option("maxAiCredits", number(1e-6, 1e6), "Credits to spend at most.", "--max-ai-credits"),
    option("experimental", ON, "With experimental features.", "--experimental"),
)

GRANTS = (
    "allowAllTools",
    "allowAll",
    "yolo",
    "allowedTools",
)
"""With one of these it can change files even where it only plans."""
