"""The subcommands that Copilot's CLI has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

SUBCOMMANDS = subcommands(
    """
completion | catalog | read_only | tracked_only | Writes a shell's completions
config | catalog | writes_local_config | not_exposed | Reads and changes settings
    --global --json --list --local --repo --rm
init | execute_candidate | executes_agent | not_exposed | Has instructions written for a repository
    --disable-client-telemetry --no-eager-powershell-resolution --no-experimental
instruction list | inspect | read_only | tracked_only | Lists instructions that a session would read
    --json
login | catalog | auth | not_exposed | Signs in
    --device-code --host --web-flow --with-token
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --env --header --json --show-secrets --timeout --tools --transport
mcp list | inspect | read_only | tracked_only | Lists MCP servers
    --json
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
plugin install | catalog | writes_local_config | not_exposed | Installs a plugin
    --bundle-digest --descriptor-digest --from-github --schema-version
plugin list | inspect | read_only | tracked_only | Lists plugins
    --json
skill list | inspect | read_only | tracked_only | Lists skills
    --json
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
version | diagnostic | network | tracked_only | Says its version, and of a newer one
"""
)
