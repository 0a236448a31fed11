"""The subcommands that Vibe has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

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
