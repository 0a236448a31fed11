"""How a run of the Gemini CLI is started, and one that asks; and whom it asks for its models."""

import re
from collections.abc import Iterator

from llmgw_desktop.clis.acp import dialect
from llmgw_desktop.clis.acp.calls import Call, arguments_in
from llmgw_desktop.clis.acp.dialogue import asking_mode
from llmgw_desktop.clis.checks import FOLDER, as_utf8, fit_arguments, session_arguments
from llmgw_desktop.clis.cli import ModelUpstream, ServersGiven, ServerUse
from llmgw_desktop.clis.fields import Asked, known
from llmgw_desktop.clis.gemini import contract
from llmgw_desktop.clis.gemini.reader import NOISE, SIGN_IN
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.clis.mcp_servers import with_added
from llmgw_desktop.clis.told import if_used, object_of, text_of, usage_in
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.usage import Usage

FACTS = CliFacts(streams=True, takes_new_id=True, tells_cache=True)
_ENVIRONMENT = {
    # Without trust it refuses every folder; relaunching itself doubles its memory and its time.
    "GEMINI_CLI_TRUST_WORKSPACE": "true",
    "GEMINI_CLI_NO_RELAUNCH": "true",
}
_NO_TOOLS = PlannedFile(
    name="no-tools.toml",
    # Above every rule of the person's own. What is denied is not even offered to the model.
    content=b'[[rule]]\ntoolName = "*"\ndecision = "deny"\npriority = 999\n',
)
_SYSTEM_FILE = "system.md"
_FILES = ("policyFiles", "adminPolicyFiles", "attachments")
_TO_ESCAPE = frozenset(" \\,;!?()[]{}")


def plan(request: CliRequest) -> LaunchPlan:
    asked = Asked(request, contract.OPTIONS, free=contract.PROSE)
    fit_arguments(request.options, but=contract.PROSE)
    asked.refuse_both("noTools", "allowedTools", "what may be used is named, or nothing may be")
    asked.refuse(
        contract.ONLY_AGY, "only the command `agy` has it; leave it out, or let settings name agy"
    )
    mode = contract.approval_mode(asked)
    arguments = [
        "--output-format=stream-json",
        f"--approval-mode={mode}",
        *session_arguments(request, FACTS, last="--resume=latest"),
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(),
        *([f"--admin-policy={FOLDER}/{_NO_TOOLS.name}"] if asked.is_on("noTools") else []),
    ]
    return LaunchPlan(
        command="gemini",
        arguments=known(arguments, contract.FLAGS, contract.VERSION),
        environment=environment(asked),
        stdin=as_utf8(_prompt(request, asked), "prompt"),
        files=tuple(_files(asked)),
        output_format="stream-json",
        changes_files=_changes_files(asked, mode),
        needs=asked.paths(*_FILES, folders=("includeDirs",)),
    )


def environment(asked: Asked) -> dict[str, str]:
    if asked.has("systemPrompt"):
        return {**_ENVIRONMENT, "GEMINI_SYSTEM_MD": f"{FOLDER}/{_SYSTEM_FILE}"}
    return _ENVIRONMENT


def _files(asked: Asked) -> Iterator[PlannedFile]:
    if asked.is_on("noTools"):
        yield _NO_TOOLS
    yield from system_file(asked)


def system_file(asked: Asked) -> Iterator[PlannedFile]:
    if asked.has("systemPrompt"):
        content = as_utf8(asked.text("systemPrompt"), "systemPrompt")
        yield PlannedFile(name=_SYSTEM_FILE, content=content)


def _changes_files(asked: Asked, mode: str) -> bool:
    if asked.is_on("noTools"):
        return False
    return mode != "plan" or any(asked.texts(name) for name in contract.GRANTS)


def _prompt(request: CliRequest, asked: Asked) -> str:
    """It reads the files that a prompt names behind an `@`."""
    attached = [f"@{_escaped(path)}" for path in asked.texts("attachments")]
    return "\n".join([request.prompt, *(["", *attached] if attached else [])])


def _escaped(path: str) -> str:
    if any(character in path for character in "\r\n"):
        raise InvalidRun("a file's path holds no line break", field="attachments")
    return "".join(f"\\{each}" if each in _TO_ESCAPE else each for each in path)


def _with_servers(plan: LaunchPlan, given: ServersGiven) -> LaunchPlan:
    """It can be kept from the person's own: of those that it is told none is one."""
    if not given.is_managed:
        return plan
    names = ",".join(each.name for each in given.servers) or "llmgw-none"
    return with_added(plan, [f"--allowed-mcp-server-names={names}"])


SERVERS = ServerUse(
    write=_with_servers,
    # It reads only files that lie in folders that nobody else may write to, and those of runs lie
    # below the temporary one.
    takes=False,
    is_told=True,
)


_URL = "GOOGLE_GEMINI_BASE_URL"


def _url_in(settings: bytes) -> str:
    for line in settings.decode(errors="replace").splitlines():
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if name.strip() == _URL:
            return value.strip().strip("\"'")
    return ""


UPSTREAM = ModelUpstream(
    url=_URL, key="GEMINI_API_KEY", settings_file=".gemini/.env", url_in=_url_in
)


_MODE = "default"
_RULES = PlannedFile(
    name="asks.toml",
    # Above every rule of the person's and of the folder's own: what is allowed there is asked.
    content=b"""[[rule]]
toolName = ["run_shell_command", "write_file", "replace", "web_fetch", "save_memory"]
decision = "ask_user"
priority = 999
[[rule]]
toolName = "mcp_*"
decision = "ask_user"
priority = 999
""",
)
_MCP = re.compile(r"(?P<tool>.+) \((?P<server>[^()]+) MCP Server\)", re.DOTALL)
_WORDS = re.compile(r"(?:\[[^\]]*\] )?\((?P<words>.*)\)", re.DOTALL)
_TAKES = ("includeDirs", "systemPrompt", "skipTrust", "sandbox")


def plan_asking(request: CliRequest) -> LaunchPlan:
    asked = dialect.asked_fields(
        request, contract.OPTIONS, takes=_TAKES, only={"approvalMode": _MODE}, free=contract.PROSE
    )
    dialect.check_session(request, FACTS)
    arguments = [
        "--acp",
        f"--approval-mode={_MODE}",
        f"--admin-policy={FOLDER}/{_RULES.name}",
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(),
    ]
    return LaunchPlan(
        command="gemini",
        arguments=known(arguments, contract.FLAGS, contract.VERSION),
        environment=environment(asked),
        files=(_RULES, *system_file(asked)),
        output_format="acp",
        needs=asked.paths(folders=("includeDirs",)),
    )


def _steps(_: CliRequest) -> tuple[dialect.Step, ...]:
    """Besides, whatever a session said before has been told when this is answered."""
    mode = dialect.Step(
        key="mode", method="session/set_mode", params={"modeId": _MODE}, against=lambda _: ""
    )
    return (mode,)


def _mcp(call: Call) -> dialect.McpUse | None:
    found = _MCP.fullmatch(call.title)
    if found is None or call.kind == "execute":
        return None
    return dialect.McpUse(
        server=found["server"], tool=found["tool"], arguments=arguments_in(call.words)
    )


def _words(call: Call) -> str:
    found = _WORDS.fullmatch(call.words)
    return found["words"] if found else ""


def _used(result: Message) -> Usage | None:
    counted = object_of(object_of(object_of(result.get("_meta")).get("quota")).get("token_count"))
    return if_used(usage_in(counted, "input_tokens", "output_tokens"))


def _tool(call: Call) -> str:
    return call.id.partition("__")[0] if "__" in call.id else text_of(call.kind)


DIALECT = dialect.AgentDialect(
    program="Gemini",
    sign_in=SIGN_IN,
    against=lambda told: dialect.other_mode(told, _MODE),
    begins_asking=True,
    must_tell=("mode",),
    steps=_steps,
    note_way=dialect.NoteWay.AFTER_CANCEL,
    spent=dialect.SpentWay(read=_used, scope=dialect.UsageScope.PROMPT),
    tool_of=_tool,
    # It tells no arguments; what it calls a command is the command.
    command_of=lambda call: text_of(call.given.get("command")) or call.title,
    mcp_of=_mcp,
    agent_words=_words,
    noise=NOISE,
)
ASKING = asking_mode(
    DIALECT,
    plan_asking,
    "The session's beginning tells that its mode is `default`, and so does no later update.",
    is_told_servers=True,
)
