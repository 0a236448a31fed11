"""The subcommands that the Gemini CLI has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

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
