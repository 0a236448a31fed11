"""What Vibe takes: its flags, the fields of a request, what each lets a run do, its subcommands;
and how a run is started, and one that asks: by its other program, `vibe-acp`.
"""

import orjson

from llmgw_desktop.clis.acp import dialect
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import (
    FOLDER,
    SHARED,
    Rights,
    as_utf8,
    fit_arguments,
    named,
    session_arguments,
)
from llmgw_desktop.clis.fields import (
    ON,
    TEXT,
    TEXTS,
    Asked,
    known,
    number,
    one_of,
    option,
    usual_options,
    whole_number,
)
from llmgw_desktop.clis.mistral.reader import NOISE, SIGN_IN
from llmgw_desktop.clis.subcommand import subcommands
from llmgw_desktop.clis.told import text_of
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, PlannedFile, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

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
    option("transport", one_of("cli"), "One run, started and read here."),
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


FACTS = CliFacts(streams=True, tells_cost=True, tells_cache=True, ends_cleanly_on_term=True)
_PROMPT_FILE = "prompt"
_SAFE_AGENT = "ask"
_DECIMALS = 6


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt goes in as a file; what it used comes out as one."""
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    session = session_arguments(request, FACTS)
    model = _model(request, asked)
    arguments = [
        f"--prompt-file={FOLDER}/{_PROMPT_FILE}",
        f"--output-dir={FOLDER}",
        "--output=streaming",
        *session,
        f"--agent={asked.text('permissionMode') or _SAFE_AGENT}",
        *asked.arguments(but=("permissionMode", "maxPrice")),
        *_price(asked),
    ]
    return LaunchPlan(
        command="vibe",
        arguments=known(arguments, FLAGS, VERSION),
        environment=model,
        files=(PlannedFile(name=_PROMPT_FILE, content=as_utf8(request.prompt, "prompt")),),
        output_format="streaming",
        needs=asked.paths(folders=("addDir",)),
    )


def _model(request: CliRequest, asked: Asked) -> dict[str, str]:
    if asked.model and request.session is not SessionWish.NEW:
        raise InvalidRun(
            "Vibe goes on with the model that a session began with; leave it out, or begin a new"
            " session",
            field="model",
        )
    return {"VIBE_ACTIVE_MODEL": asked.model} if asked.model else {}


def _price(asked: Asked) -> list[str]:
    """Never in the notation `1e-06`."""
    price = asked.value("maxPrice")
    if not isinstance(price, int | float):
        return []
    return [f"--max-price={f'{price:.{_DECIMALS}f}'.rstrip('0').rstrip('.')}"]


_MODE = "ask"
# Its mode asks for what its tools' own settings do not allow: these go above a person's.
_CHANGING = ("bash", "experimental_bash", "write_file", "edit", "web_fetch", "task")
_TOOLS = orjson.dumps({name: {"permission": "ask", "allowlist": []} for name in _CHANGING}).decode()


def plan_asking(request: CliRequest) -> LaunchPlan:
    asked = dialect.asked_fields(
        request, OPTIONS, takes=("transport",), only={"permissionMode": _MODE}
    )
    dialect.check_session(request, FACTS)
    return LaunchPlan(
        command="vibe-acp",
        arguments=(),
        environment={"VIBE_TOOLS": _TOOLS, **_model(request, asked)},
        output_format="acp",
    )


def _tool(call: Call) -> str:
    return text_of(call.meta.get("tool_name"))


DIALECT = dialect.AgentDialect(
    program="Vibe",
    sign_in=SIGN_IN,
    against=lambda told: dialect.other_mode(told, _MODE),
    must_tell=("mode",),
    steps=lambda _: (dialect.choose("mode", _MODE),),
    note_way=dialect.NoteWay.AFTER_CANCEL,
    spent=dialect.SpentWay(read=dialect.usage_of, scope=dialect.UsageScope.SESSION),
    tool_of=_tool,
    noise=NOISE,
)
ASKING = asking_mode(
    DIALECT,
    plan_asking,
    "The session's mode is set to `ask`, and what comes back tells so.",
    needs_pipe=True,
)
