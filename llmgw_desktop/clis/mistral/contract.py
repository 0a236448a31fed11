"""What Vibe takes: its flags, the fields of a request, what each lets a run do, and its
subcommands.
"""

from llmgw_desktop.clis.fields import (
    ON,
    TEXT,
    TEXTS,
    number,
    one_of,
    option,
    usual_options,
    whole_number,
)
from llmgw_desktop.clis.rights import SHARED, Rights, named
from llmgw_desktop.clis.subcommand import subcommands

VERSION = "3.0.3"

UNLISTED = frozenset({"--yolo"})
"""It stands in the help as another name only."""

_LISTED = """
    --add-dir --agent --auto-approve --check-upgrade --continue --disabled-tools --enabled-tools
    --help --max-price --max-tokens --max-turns --output --output-dir --prompt --prompt-file
    --resume --setup --smart-approve --time-limit --trust --version --workdir --worktree
"""

FLAGS = UNLISTED | frozenset(_LISTED.split())


OPTIONS = (
    option("transport", one_of("cli", "acp"), "Only cli: one run, started and read here."),
    *usual_options("text", "plain", "json", "streaming", "stream-json"),
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

RIGHTS = Rights(
    mode="permissionMode",
    modes=named("ask accept-edits"),
    safe={"permissionMode": "accept-edits"},
    widens=named("trust addDir"),
    reaches=named("addDir"),
    folders=named("addDir"),
    plain=SHARED | named("transport allowedTools disallowedTools maxTurns maxPrice maxTokens"),
)


SUBCOMMANDS = subcommands(
    """
mcp | catalog | writes_local_config | not_exposed | Manages MCP servers
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --allow-insecure-http --api-key-env --api-key-format --api-key-header --arg --command --env
    --header --name --no-login --scope --startup-timeout-sec --tool-timeout-sec --transport
    --url
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
"""
)
