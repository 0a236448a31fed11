"""The flags that Copilot's CLI has, from its own help."""

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
