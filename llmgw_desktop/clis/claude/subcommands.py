"""The subcommands that Claude Code has, each with the flags of its own help."""

from llmgw_desktop.clis.subcommand import subcommands

SUBCOMMANDS = subcommands(
    """
agents | catalog | executes_agent | not_exposed | Manages agents in the background
    --add-dir --agent --all --allow-dangerously-skip-permissions --cwd
    --dangerously-skip-permissions --effort --json --mcp-config --model --permission-mode
    --plugin-dir --restricted --setting-sources --settings --strict-mcp-config
auth login | catalog | auth | not_exposed | Signs in
    --claudeai --console --email --sso
auth logout | catalog | auth | not_exposed | Signs out
auth status | inspect | read_only | tracked_only | Says who is signed in
    --json --text
doctor | diagnostic | read_only | tracked_only | Looks whether all is sound
import | catalog | writes_local_config | not_exposed | Takes over another agent's settings
    --dry-run --yes
install | catalog | updates_binary | mcp_requires_approval | Installs its native build
    --force
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --callback-port --client-id --client-secret --env --header --scope --transport
mcp get | inspect | read_only | tracked_only | Shows an MCP server
mcp list | inspect | network | tracked_only | Lists MCP servers and tries them
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
    --scope
mcp serve | catalog | starts_server | not_exposed | Is an MCP server itself
    --debug --verbose
plugin install | catalog | writes_local_config | not_exposed | Installs a plugin
    --accept-command --config --json --marketplace --scope --yes
plugin list | inspect | read_only | tracked_only | Lists plugins
    --available --data-size --json
plugin uninstall | catalog | destructive | not_exposed | Removes a plugin
    --json --keep-data --prune --scope --yes
purge | catalog | destructive | not_exposed | Deletes what it keeps of a project
    --all --dry-run --interactive --yes
setup-token | catalog | auth | not_exposed | Makes a lasting token
ultrareview | execute_candidate | executes_agent | not_exposed | Has changes reviewed in its cloud
    --json --no-post --post --timeout --trust-workspace
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
"""
)
