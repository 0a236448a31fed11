"""What the Gemini CLI takes: its flags, the fields of a request, what each lets a run do, and its
subcommands.
"""

from llmgw_desktop.clis.checks import SHARED, Rights, named
from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, Asked, one_of, option, usual_options
from llmgw_desktop.clis.subcommand import subcommands
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

VERSION = "0.61.0"

_LISTED = """
    --accept-raw-output-risk --acp --admin-policy --allowed-mcp-server-names --allowed-tools
    --approval-mode --debug --delete-session --experimental-acp --extensions --help
    --include-directories --list-extensions --list-sessions --model --output-format --policy
    --prompt --prompt-interactive --raw-output --resume --sandbox --screen-reader --session-file
    --session-id --skip-trust --version --worktree --yolo
"""

FLAGS = frozenset(_LISTED.split())


OPTIONS = (
    *usual_options("text", "json", "stream-json"),
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


RIGHTS = Rights(
    mode="approvalMode",
    modes=named("default auto_edit plan"),
    safe={"approvalMode": "default"},
    says=named("yolo"),
    widens=named("yolo allowedTools includeDirs policyFiles adminPolicyFiles skipTrust project"),
    reaches=named("includeDirs policyFiles adminPolicyFiles attachments project"),
    folders=named("includeDirs"),
    plain=SHARED | named("sandbox noTools systemPrompt newProject printTimeout"),
)


EVERYWHERE = frozenset({"--debug"})
"""Flags that each of them takes besides."""

SUBCOMMANDS = subcommands(
    """
extensions install | catalog | writes_local_config | not_exposed | Installs an extension
    --auto-update --consent --pre-release --ref --skip-settings
extensions list | inspect | read_only | tracked_only | Lists extensions
    --output-format
extensions uninstall | catalog | destructive | not_exposed | Removes extensions
    --all
extensions update | catalog | network | not_exposed | Brings extensions up to date
    --all
hooks | catalog | writes_local_config | not_exposed | Manages hooks
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --description --env --exclude-tools --header --include-tools --scope --timeout --transport
    --trust --type
mcp list | inspect | network | tracked_only | Lists MCP servers and tries them
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
    --scope
skills install | catalog | writes_local_config | not_exposed | Installs a skill
    --consent --path --scope
skills list | inspect | read_only | tracked_only | Lists skills
    --all
""",
    everywhere=EVERYWHERE,
)
