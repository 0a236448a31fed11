"""What a request to Gemini may say, by its public names; its other command, `agy`, has the same."""

from llmgw_desktop.clis.asked import Asked, option
from llmgw_desktop.clis.values import ON, TEXT, TEXTS, one_of
from llmgw_desktop.domain.run_errors import InvalidRun

OPTIONS = (
    option(
        "outputFormat",
        one_of("text", "json", "stream-json"),
        "Accepted; the gateway reads a stream of events in any case.",
    ),
    option("sessionId", TEXT, "The session, by the CLI's own id."),
    option("resumeLatest", ON, "Go on with the folder's last session."),
    option("workingDir", TEXT, "The folder it works in."),
    option(
        "approvalMode",
        one_of("default", "auto_edit", "yolo", "plan"),
        "What may be done unasked. Left out, it reads.",
    ),
    option("yolo", ON, "As approvalMode `yolo`: everything, unasked."),
    option("allowedTools", TEXTS, "Tools that need no permission.", "--allowed-tools"),
    option("includeDirs", TEXTS, "More folders that it may work in.", "--include-directories"),
    option("sandbox", ON, "Its tools run in a sandbox.", "--sandbox"),
    option("policyFiles", TEXTS, "Files of rules for its tools.", "--policy"),
    option("adminPolicyFiles", TEXTS, "Rules that go before those.", "--admin-policy"),
    option("noTools", ON, "Without any tool: it only answers."),
    option("systemPrompt", TEXT, "In the place of the CLI's own."),
    option("attachments", TEXTS, "Files that the prompt brings along."),
    option("skipTrust", ON, "Trusts the folder, by flag as well.", "--skip-trust"),
    option("project", TEXT, "Of `agy` only: the project to work in."),
    option("newProject", ON, "Of `agy` only: begins a project."),
    option("printTimeout", TEXT, "Of `agy` only: how long it waits for an answer."),
)

PROSE = frozenset({"systemPrompt"})
"""May begin as it likes: it goes in as a file."""
ONLY_AGY = ("project", "newProject", "printTimeout")
GRANTS = ("allowedTools", "policyFiles", "adminPolicyFiles")
"""With one of these it can change files even where it only plans."""


def approval_mode(asked: Asked) -> str:
    """By whichever of its two fields it was asked for."""
    mode = asked.text("approvalMode")
    if asked.is_on("yolo") and mode not in ("", "yolo"):
        raise InvalidRun("it means approvalMode `yolo`, and another is asked for", field="yolo")
    return "yolo" if asked.is_on("yolo") else mode or "default"
