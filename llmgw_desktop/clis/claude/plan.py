"""How a run of Claude Code is started, what it is given, and whom it asks for its models."""

from dataclasses import replace
from typing import Any

import orjson

from llmgw_desktop.clis.checks import FOLDER, as_utf8, fit_arguments, session_arguments
from llmgw_desktop.clis.claude import contract
from llmgw_desktop.clis.cli import ModelUpstream, ServersGiven, ServerUse
from llmgw_desktop.clis.fields import Asked, json_text, known
from llmgw_desktop.clis.mcp_servers import SERVER_FILE, server_entry, server_file, with_added
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, PlannedFile
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

_ORDER = ("system", "tools", "context", "task")
_MAY_BE_MARKED = frozenset(_ORDER[:-1])
_MARK = {"type": "ephemeral", "ttl": "1h"}
"""An hour, as Claude Code's own marks have it: a shorter one may not stand before a longer one."""


def as_message(blocks: list[dict[str, Any]]) -> bytes:
    message = {"type": "user", "message": {"role": "user", "content": blocks}}
    return orjson.dumps(message) + b"\n"


def plain(prompt: str) -> list[dict[str, Any]]:
    return [{"type": "text", "text": prompt}]


def marked_blocks(parts: object, prompt: str) -> list[dict[str, Any]]:
    """The parts of a prompt, some of them marked; none where no mark is asked for. Joined they are
    the prompt, byte for byte: what stands between two parts begins the second."""
    texts, marks = _checked(parts)
    given = [(name, texts[name]) for name in _ORDER if texts.get(name)]
    if "\n\n".join(text for _, text in given) != prompt:
        raise InvalidRun("its parts are not those of the prompt", field="promptParts")
    if not any(name in marks for name, _ in given):
        return []
    blocks: list[dict[str, Any]] = []
    for name, text in given:
        block: dict[str, Any] = {"type": "text", "text": f"\n\n{text}" if blocks else text}
        blocks.append(block | {"cache_control": _MARK} if name in marks else block)
    return blocks


def _checked(parts: object) -> tuple[dict[str, str], frozenset[str]]:
    members = dict(parts) if isinstance(parts, dict) else {}
    control = members.pop("cacheControl", None) or {}
    if not members.keys() <= set(_ORDER):
        raise InvalidRun(f"it has {', '.join(_ORDER)} and cacheControl", field="promptParts")
    for name, text in members.items():
        if not isinstance(text, str):
            raise InvalidRun(f"{name} must be a text", field="promptParts")
        as_utf8(text, "promptParts")
    if not isinstance(control, dict) or not control.keys() <= _MAY_BE_MARKED:
        raise InvalidRun(
            "cacheControl marks system, tools and context, and nothing else", field="promptParts"
        )
    return members, frozenset(name for name, is_marked in control.items() if is_marked is True)


FACTS = CliFacts(
    streams=True,
    forks=True,
    takes_new_id=True,
    tells_cost=True,
    tells_cache=True,
    ends_cleanly_on_term=True,
)
_ALWAYS = ("--print", "--output-format=stream-json", "--verbose", "--include-partial-messages")
_MESSAGES = "--input-format=stream-json"
_ASKING = (
    "--permission-prompt-tool=stdio",
    # No settings of the person's or the folder's: they may allow things, and hooks may do so.
    "--setting-sources=",
    '--settings={"permissions":{"defaultMode":"default","disableBypassPermissionsMode":"disable"}}',
)
_MODES = ("", "default", "manual", "plan")
_ENVIRONMENT = {
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    # Its own ten retries, of a wrong key too, take minutes in which nothing else can be tried.
    "CLAUDE_CODE_MAX_RETRIES": "3",
}
_LONG_PROSE = 16_384
_INSTEAD = {
    "--system-prompt": "--system-prompt-file",
    "--append-system-prompt": "--append-system-prompt-file",
}
_WRITTEN_HERE = (*contract.PROSE, "jsonSchema", "tools")


def plan(request: CliRequest) -> LaunchPlan:
    asked = Asked(request, contract.OPTIONS, free=contract.PROSE)
    _refuse_contradictions(asked)
    fit_arguments(request.options, but=(*contract.PROSE, "promptParts"))
    prose, files = _prose(asked)
    mode = _permission_mode(asked)
    arguments = [
        *_ALWAYS,
        *session_arguments(request, FACTS),
        *([f"--model={asked.model}"] if asked.model else []),
        *([f"--permission-mode={mode}"] if mode else []),
        *asked.arguments(but=_WRITTEN_HERE),
        *_tools(asked),
        *([f"--json-schema={_schema(asked)}"] if asked.has("jsonSchema") else []),
        *prose,
    ]
    stdin = as_utf8(request.prompt, "prompt")
    blocks = _blocks(asked, request.prompt)
    if blocks:
        arguments.append(_MESSAGES)
        stdin = as_message(blocks)
    return LaunchPlan(
        command="claude",
        arguments=known(arguments, contract.FLAGS, contract.VERSION),
        environment=_environment(asked),
        stdin=stdin,
        files=tuple(files),
        output_format="stream-json",
        changes_files=mode != "plan",
        needs=asked.paths(*contract.PATHS, folders=("addDir",)),
    )


def plan_asking(request: CliRequest) -> LaunchPlan:
    """So that it asks for everything; what could allow something beforehand is refused or kept
    out. The prompt goes by the dialogue."""
    asked = Asked(request, contract.OPTIONS, free=contract.PROSE)
    asked.refuse(contract.ALLOWS_BEFOREHAND, "a run that asks lets nothing allow things beforehand")
    # What the gate sets for a managed run allows more than asking does, and is left aside.
    if not request.is_managed and asked.text("permissionMode") not in _MODES:
        raise InvalidRun(
            "a run that asks has the mode `default` or `plan`: in others things are done unasked",
            field="permissionMode",
        )
    if asked.is_on("bare"):
        raise InvalidRun("it is not known to ask so", field="bare")
    options = {name: each for name, each in request.options.items() if name != "permissionMode"}
    usual = plan(replace(request, options=options))
    arguments = [each for each in usual.arguments if each != _MESSAGES]
    return replace(
        usual,
        arguments=known(
            [*arguments, _MESSAGES, *_ASKING, f"--permission-mode={asking_mode(request)}"],
            contract.FLAGS,
            contract.VERSION,
        ),
        stdin=None,
        changes_files=asking_mode(request) != "plan",
    )


def asking_mode(request: CliRequest) -> str:
    """The one that a run which asks is in."""
    return "plan" if request.options.get("permissionMode") == "plan" else "default"


def prompt_blocks(request: CliRequest) -> list[dict[str, Any]]:
    """The prompt of a run that asks; nothing where it is read again."""
    parts = request.options.get("promptParts")
    return (marked_blocks(parts, request.prompt) if parts else []) or plain(request.prompt)


def _environment(asked: Asked) -> dict[str, str]:
    """Who may use no tool reads no file: without this an `@` in the prompt would."""
    if asked.has("tools") and not asked.texts("tools"):
        return {**_ENVIRONMENT, "CLAUDE_CODE_DISABLE_ATTACHMENTS": "1"}
    return _ENVIRONMENT


def _refuse_contradictions(asked: Asked) -> None:
    asked.refuse_both("systemPromptFile", "systemPrompt", "there is one system prompt")
    asked.refuse_both(
        "appendSystemPromptFile", "appendSystemPrompt", "one text is put behind the system prompt"
    )
    if asked.is_on("dangerouslySkipPermissions") and asked.text("permissionMode") not in (
        "",
        contract.BYPASS,
    ):
        raise InvalidRun(
            f"it means permissionMode `{contract.BYPASS}`, and another is asked for",
            field="dangerouslySkipPermissions",
        )


def _permission_mode(asked: Asked) -> str:
    if asked.is_on("dangerouslySkipPermissions"):
        return contract.BYPASS
    return asked.text("permissionMode")


def _tools(asked: Asked) -> list[str]:
    if not asked.has("tools"):
        return []
    return [f"--tools={tool}" for tool in asked.texts("tools") or [""]]


def _schema(asked: Asked) -> str:
    text = json_text(asked, "jsonSchema")
    if not isinstance(orjson.loads(text), dict):
        raise InvalidRun("a JSON schema is an object", field="jsonSchema")
    return text


def _prose(asked: Asked) -> tuple[list[str], list[PlannedFile]]:
    """System prompts: long ones go as files, so that no argument's length bounds them."""
    arguments: list[str] = []
    files: list[PlannedFile] = []
    for option in contract.OPTIONS:
        if option.name not in contract.PROSE or not asked.has(option.name):
            continue
        text = asked.text(option.name)
        content = as_utf8(text, option.name)
        if len(content) <= _LONG_PROSE and FOLDER not in text:
            arguments.append(f"{option.flag}={text}")
            continue
        name = f"{option.flag.removeprefix('--')}.txt"
        files.append(PlannedFile(name=name, content=content))
        arguments.append(f"{_INSTEAD[option.flag]}={FOLDER}/{name}")
    return arguments, files


def _blocks(asked: Asked, prompt: str) -> list[dict[str, Any]]:
    """None where the prompt goes in as the text that it is."""
    parts = asked.value("promptParts")
    blocks = [] if parts is None else marked_blocks(parts, prompt)
    return blocks or (plain(prompt) if asked.is_on("replayUserMessages") else [])


_STRICT = "--strict-mcp-config"


def _with_servers(plan: LaunchPlan, given: ServersGiven) -> LaunchPlan:
    if not given.servers and not given.is_managed:
        return plan
    known = {each.name: server_entry(each, stdio="stdio", http="http") for each in given.servers}
    strict = [] if _STRICT in plan.arguments else [_STRICT]
    return with_added(
        plan, [f"--mcp-config={FOLDER}/{SERVER_FILE}", *strict], server_file({"mcpServers": known})
    )


SERVERS = ServerUse(write=_with_servers)


_URL = "ANTHROPIC_BASE_URL"


def _url_in(settings: bytes) -> str:
    try:
        told = object_of(orjson.loads(settings))
    except ValueError:
        return ""
    return text_of(object_of(told.get("env")).get(_URL))


UPSTREAM = ModelUpstream(
    url=_URL,
    headers="ANTHROPIC_CUSTOM_HEADERS",
    settings_file=".claude/settings.json",
    url_in=_url_in,
    file_wins=True,
)
