"""What Codex takes: its flags, the fields of a request, what each lets a run do, its subcommands
and its models.
"""

from collections.abc import Mapping

import orjson

from llmgw_desktop.clis.checks import SHARED, Rights, named
from llmgw_desktop.clis.fields import JSON_OBJECT, ON, TEXT, TEXTS, one_of, option, usual_options
from llmgw_desktop.clis.subcommand import ListedModel, ModelList, subcommands
from llmgw_desktop.clis.told import object_of, objects_of, text_of

VERSION = "0.169.0"

HELPS = (("--help",), ("exec", "--help"), ("exec", "resume", "--help"), ("exec", "fork", "--help"))

_EVERYWHERE = """
    --config --dangerously-bypass-approvals-and-sandbox --dangerously-bypass-hook-trust --disable
    --enable --help --image --model --strict-config --worktree
"""
_TOP = """
    --add-dir --approve-for-me --ask-for-approval --cd --local-provider --no-alt-screen
    --no-daemon --oss --profile --remote --remote-auth-token-env --sandbox --search --version
"""
_RUN = """
    --cyber-access-program --ephemeral --ignore-rules --ignore-user-config --json
    --output-last-message --output-schema --skip-git-repo-check --thread-source --trust
"""
_EXEC = """
    --add-dir --approve-for-me --cd --color --local-provider --oss --profile --sandbox --version
"""

TOP = frozenset((_EVERYWHERE + _TOP).split())
"""Before `exec`."""
FORK = frozenset((_EVERYWHERE + _RUN).split())
EXEC = FORK | frozenset(_EXEC.split())
RESUME = FORK | {"--all", "--last"}

SERVER = frozenset({"--config", "--disable", "--enable", "--strict-config"})

FLAGS = TOP | EXEC | RESUME


READ_ONLY = "read-only"
MAY_WRITE = "workspace-write"
BYPASS = "dangerouslyBypassApprovalsAndSandbox"
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")

OPTIONS = (
    *usual_options("text", "json", forks=True),
    option(
        "sandboxMode",
        one_of(READ_ONLY, MAY_WRITE, "danger-full-access"),
        "What its commands may touch; default: its settings.",
        "--sandbox",
    ),
    option("fullAuto", ON, f"As sandboxMode `{MAY_WRITE}`."),
    option("useLegacyFullAutoFlag", ON, "As fullAuto."),
    option(
        "askForApproval",
        one_of("untrusted", "on-request", "never"),
        "When it asks a person; nobody will answer.",
        "--ask-for-approval",
    ),
    option(BYPASS, ON, "No sandbox at all.", "--dangerously-bypass-approvals-and-sandbox"),
    option(
        "dangerouslyBypassHookTrust",
        ON,
        "Untrusted hooks run.",
        "--dangerously-bypass-hook-trust",
    ),
    option("outputSchema", JSON_OBJECT, "Schema of the answer, or its file."),
    option("outputLastMessage", TEXT, "A file for the answer.", "--output-last-message"),
    option("search", ON, "May search the web.", "--search"),
    option("profile", TEXT, "A profile of its settings.", "--profile"),
    option("configOverrides", {"type": "object"}, "Its settings, by dotted names.", "--config"),
    option(
        "developerInstructions",
        TEXT,
        "Instructions beside its own.",
        "--config",
    ),
    option("reasoningEffort", one_of(*EFFORTS), "How hard the model thinks.", "--config"),
    option("ephemeral", ON, "Keeps no session.", "--ephemeral"),
    option("images", TEXTS, "Pictures for the prompt.", "--image"),
    option("ignoreUserConfig", ON, "Without the person's settings.", "--ignore-user-config"),
    option("ignoreRules", ON, "Without rules of what may run.", "--ignore-rules"),
    option("strictConfig", ON, "Fails where a setting is unknown.", "--strict-config"),
    option("addDir", TEXTS, "More folders that it may write to.", "--add-dir"),
    option("enable", TEXTS, "Features to turn on.", "--enable"),
    option("disable", TEXTS, "Features to turn off.", "--disable"),
    option("oss", ON, "A model on this computer.", "--oss"),
    option("localProvider", one_of("lmstudio", "ollama"), "Who serves it.", "--local-provider"),
    option("color", one_of("always", "never", "auto"), "Of no effect on JSON.", "--color"),
)

SETTINGS = {
    "developerInstructions": "developer_instructions",
    "reasoningEffort": "model_reasoning_effort",
}
"""Fields that are settings of its own."""
PROSE = frozenset({"developerInstructions"})
"""May begin as it likes: it stands within quotes."""
FRESH_ONLY = ("profile", "oss", "localProvider", "color")
"""`exec resume` and `exec fork` have no flag for these."""

RIGHTS = Rights(
    mode="sandboxMode",
    modes=named("read-only workspace-write"),
    auto_modes=named("workspace-write"),
    safe={"sandboxMode": "read-only"},
    says=named("fullAuto useLegacyFullAutoFlag dangerouslyBypassApprovalsAndSandbox"),
    auto=named("fullAuto useLegacyFullAutoFlag"),
    widens=named(
        "dangerouslyBypassApprovalsAndSandbox dangerouslyBypassHookTrust configOverrides"
        " profile ignoreUserConfig ignoreRules addDir enable disable outputLastMessage"
    ),
    reaches=named("configOverrides profile addDir enable disable outputLastMessage images"),
    folders=named("addDir"),
    texts_reach=named("outputSchema"),
    plain=SHARED
    | named(
        "forkSession askForApproval search developerInstructions reasoningEffort ephemeral"
        " strictConfig oss localProvider color"
    ),
)


EVERYWHERE = frozenset({"--config", "--disable", "--enable"})
"""Flags that each of them takes besides."""

SUBCOMMANDS = subcommands(
    """
app-server | catalog | starts_server | not_exposed | Serves editors
    --analytics-default-enabled --cloud-skills-snapshot --code-mode-host --listen
    --print-startup-config --startup-client-info --startup-sign-out --stdio --strict-config
    --ws-audience --ws-auth --ws-issuer --ws-max-clock-skew-seconds --ws-shared-secret-file
    --ws-token-file --ws-token-sha256
apply | execute_candidate | writes_local_config | not_exposed | Applies an agent's last changes
cloud list | inspect | network | tracked_only | Lists tasks in its cloud
    --cursor --env --json --limit
completion | catalog | read_only | tracked_only | Writes a shell's completions
debug models | inspect | read_only | mcp_readonly | Lists the models that it knows
    --bundled
delete | catalog | destructive | not_exposed | Deletes a session
    --add-dir --approve-for-me --cd --dangerously-bypass-approvals-and-sandbox
    --dangerously-bypass-hook-trust --force --image --local-provider --model --oss --profile
    --remote --remote-auth-token-env --sandbox --strict-config --worktree
doctor | diagnostic | network | tracked_only | Looks whether all is sound
    --all --ascii --json --network-only --no-color --summary
exec | execute_candidate | executes_agent | mcp_requires_approval | Runs the agent once
    --add-dir --approve-for-me --cd --color --cyber-access-program
    --dangerously-bypass-approvals-and-sandbox --dangerously-bypass-hook-trust --ephemeral
    --ignore-rules --ignore-user-config --image --json --local-provider --model --oss
    --output-last-message --output-schema --profile --sandbox --skip-git-repo-check
    --strict-config --thread-source --trust --worktree
exec fork | execute_candidate | executes_agent | mcp_requires_approval | Goes on with a copy
    --cyber-access-program --dangerously-bypass-approvals-and-sandbox
    --dangerously-bypass-hook-trust --ephemeral --ignore-rules --ignore-user-config --image
    --json --model --output-last-message --output-schema --skip-git-repo-check --strict-config
    --thread-source --trust --worktree
exec resume | execute_candidate | executes_agent | mcp_requires_approval | Goes on with a session
    --all --cyber-access-program --dangerously-bypass-approvals-and-sandbox
    --dangerously-bypass-hook-trust --ephemeral --ignore-rules --ignore-user-config --image
    --json --last --model --output-last-message --output-schema --skip-git-repo-check
    --strict-config --thread-source --trust --worktree
features list | inspect | read_only | tracked_only | Lists features and how they stand
login | catalog | auth | not_exposed | Signs in
    --device-auth --with-access-token --with-api-key
login status | inspect | read_only | tracked_only | Says who is signed in
logout | catalog | auth | not_exposed | Signs out
mcp add | catalog | writes_local_config | not_exposed | Adds an MCP server
    --bearer-token-env-var --env --oauth-client-id --oauth-client-registration
    --oauth-client-secret --oauth-resource --url
mcp get | inspect | read_only | tracked_only | Shows an MCP server
    --json
mcp list | inspect | read_only | tracked_only | Lists MCP servers
    --json
mcp remove | catalog | writes_local_config | not_exposed | Removes an MCP server
review | execute_candidate | executes_agent | tracked_only | Reviews changes
    --base --commit --strict-config --title --trust --uncommitted
sandbox | catalog | executes_agent | not_exposed | Runs a command in its sandbox
    --cd --include-managed-config --permission-profile --profile --sandbox-state-disable-network
    --sandbox-state-json --sandbox-state-readable-root
update | catalog | updates_binary | mcp_requires_approval | Brings itself up to date
""",
    everywhere=EVERYWHERE,
)


def _models_in(text: str) -> list[ListedModel]:
    try:
        document = object_of(orjson.loads(text))
    except orjson.JSONDecodeError:
        return []
    shown = [row for row in objects_of(document.get("models")) if row.get("visibility") == "list"]
    return [
        ListedModel(
            name=text_of(row.get("slug")),
            title=str(row.get("display_name") or "")[:80],
            efforts=_efforts(row),
        )
        for row in sorted(shown, key=_place)
    ]


def _place(row: Mapping[str, object]) -> float:
    place = row.get("priority")
    return place if isinstance(place, int | float) else float("inf")


def _efforts(row: Mapping[str, object]) -> tuple[str, ...]:
    named = (
        text_of(each.get("effort")) for each in objects_of(row.get("supported_reasoning_levels"))
    )
    return tuple([each[:20] for each in named if each])


MODELS = ModelList(
    # Of what the program brought along: without this it asks its vendor.
    arguments=("debug", "models", "--bundled"),
    rows=_models_in,
)
