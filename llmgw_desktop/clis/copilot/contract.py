"""What Copilot takes: its flags, the fields of a request, what each lets a run do, and its
subcommands.
"""

from llmgw_desktop.clis.fields import (
    JSON_OBJECT,
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

VERSION = "1.0.102"

_LISTED = """
    --acp --add-dir --add-github-mcp-tool --add-github-mcp-toolset --additional-mcp-config --agent
    --allow-all --allow-all-mcp-server-instructions --allow-all-paths --allow-all-tools
    --allow-all-urls --allow-tool --allow-url --assisted-approval --attachment --auto-tier
    --autopilot --available-tools --banner --bash-env --connect --context --continue --deny-tool
    --deny-url --disable-builtin-mcps --disable-client-telemetry --disable-mcp-server
    --disallow-temp-dir --dynamic-retrieval --enable-all-github-mcp-tools --enable-mcp-server
    --enable-memory --environment-compute-id --environment-host --excluded-tools --experimental
    --extension-sdk-path --fleet --help --interactive --log-dir --log-level --max-ai-credits
    --max-autopilot-continues --mcp-github-auth --mode --model --mouse --name --no-ask-user
    --no-auto-update --no-bash-env --no-color --no-custom-instructions
    --no-eager-powershell-resolution --no-experimental --no-mouse --no-remote --no-remote-export
    --output-format --plain-diff --plan --plugin-dir --prompt --reasoning-effort --remote
    --remote-export --resume --screen-reader --secret-env-vars --session-id --share --share-gist
    --silent --stream --trust-folder --usage-output-file --version --yolo
"""

FLAGS = frozenset(_LISTED.split())


OPTIONS = (
    *usual_options("text", "json"),
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

RIGHTS = Rights(
    mode="mode",
    modes=named("plan autopilot"),
    auto_modes=named("autopilot"),
    # What it has for accepting edits: it may write below its folder, and no more.
    safe={"allowedTools": ["write"]},
    says=named("mode allowAllTools allowAll yolo allowedTools"),
    widens=named(
        "allowAllTools allowAllPaths allowAllUrls allowAll yolo allowedTools allowedUrls"
        " addDir trustFolder pluginDir mcpConfig agent"
    ),
    reaches=named("addDir attachments pluginDir mcpConfig"),
    folders=named("addDir"),
    plain=SHARED
    | named(
        "maxAutopilotContinues effort context disallowedTools availableTools excludedTools"
        " disallowedUrls disallowTempDir name disableBuiltinMcps disableMcpServers"
        " noCustomInstructions enableMemory secretEnvVars maxAiCredits experimental"
    ),
)


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
