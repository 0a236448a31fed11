"""What a request to opencode may say, by its public names."""

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import ON, TEXT, TEXTS, one_of

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
        "permissionMode",
        one_of("default", "acceptEdits", "plan", "bypassPermissions"),
        "What may be done unasked. Left out, it reads.",
    ),
    option("agent", TEXT, "Which of its agents works.", "--agent"),
    option("variant", TEXT, "How hard the model thinks, in its vendor's words.", "--variant"),
    option("title", TEXT, "Of the session.", "--title"),
    option("files", TEXTS, "Files that the prompt brings along.", "--file"),
    option("command", TEXT, "One of its commands; the prompt is its arguments.", "--command"),
    option("pure", ON, "Without plug-ins from elsewhere.", "--pure"),
)
