"""How a run of Codex is started, and its settings as arguments: `name=value`; a value is TOML or,
where it is none, a text.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.clis.checks import (
    FOLDER,
    as_json,
    as_utf8,
    checked_session,
    fit_arguments,
    fits_argument,
)
from llmgw_desktop.clis.cli import ServersGiven, ServerUse
from llmgw_desktop.clis.codex import contract
from llmgw_desktop.clis.codex.contract import (
    BYPASS,
    FRESH_ONLY,
    MAY_WRITE,
    OPTIONS,
    PROSE,
    READ_ONLY,
    SETTINGS,
)
from llmgw_desktop.clis.fields import Asked, known
from llmgw_desktop.clis.mcp_servers import with_added
from llmgw_desktop.domain.cli import (
    CliFacts,
    CliRequest,
    LaunchPlan,
    NamedPath,
    PlannedFile,
    SessionWish,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_HAVE_FIELDS = {"sandbox_mode": "sandboxMode", "approval_policy": "askForApproval"}
"""Said in one place, so that what judges a request by its fields judges all of it."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def overrides(given: object, field: str) -> list[str]:
    settings = []
    for name, value in given.items() if isinstance(given, dict) else ():
        if not _NAME.fullmatch(name):
            raise InvalidRun("a setting's name is words with dots between them", field=field)
        if name in _HAVE_FIELDS:
            raise InvalidRun(f"say {name} by the field {_HAVE_FIELDS[name]}", field=field)
        if isinstance(value, str):
            as_utf8(value, field)
            if _CONTROL.search(value):
                raise InvalidRun("a setting's text is one line", field=field)
            settings.append(fits_argument(f"{name}={value}", field))
        else:
            settings.append(fits_argument(f"{name}={_checked(value, field)}", field))
    return settings


def as_setting(value: object) -> str:
    """As TOML. JSON's texts, numbers and lists are TOML's; its objects are not."""
    if isinstance(value, Mapping):
        members: Mapping[str, Any] = value
        inner = [f"{_text(name)}={as_setting(member)}" for name, member in members.items()]
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(as_setting(each) for each in value) + "]"
    if isinstance(value, str):
        return _text(value)
    written = orjson.dumps(value).decode()
    if written == "null":
        raise TypeError("TOML has no null")
    return written


def _checked(value: object, field: str) -> str:
    try:
        return as_setting(value)
    except (TypeError, RecursionError) as error:
        raise InvalidRun(
            "it holds what no setting can be, such as null or a number that is none", field=field
        ) from error


def _text(value: str) -> str:
    """JSON leaves DEL as it is, and TOML does not."""
    return orjson.dumps(value).decode().replace("\x7f", "\\u007F")


def _with_servers(plan: LaunchPlan, given: ServersGiven) -> LaunchPlan:
    """Before its command, as settings; secrets as variables that these name."""
    settings: list[str] = []
    variables: dict[str, str] = {}
    for number, each in enumerate(given.servers):
        told: dict[str, Any] = {"enabled": True}
        if each.command:
            told |= {"command": each.command, "args": list(each.args), "env_vars": list(each.env)}
            for name, value in each.env.items():
                if variables.setdefault(name, value) != value:
                    raise InvalidRun(
                        f"two servers want another {name}, and codex has one for all",
                        field="mcpServers",
                    )
        else:
            names = {header: f"LLMGW_MCP_{number}_{i}" for i, header in enumerate(each.headers)}
            variables |= {names[header]: value for header, value in each.headers.items()}
            told |= {"url": each.url, "env_http_headers": names}
        settings.append(f"--config=mcp_servers.{each.name}={as_setting(told)}")
    return with_added(plan, settings, environment=variables)


SERVERS = ServerUse(write=_with_servers)


FACTS = CliFacts(streams=True, forks=True, tells_cache=True)
_SCHEMA_FILE = "output-schema.json"
_FULL_AUTO = ("fullAuto", "useLegacyFullAutoFlag")
_WRITTEN_HERE = (
    "sandboxMode",
    "askForApproval",
    "search",
    "configOverrides",
    "addDir",
    *SETTINGS,
)


def plan(request: CliRequest) -> LaunchPlan:
    asked = Asked(request, OPTIONS, free=PROSE)
    fit_arguments(request.options, but=("outputSchema", "configOverrides"))
    wish = checked_session(request, FACTS)
    sandbox = sandbox_of(asked)
    if wish is not SessionWish.NEW:
        asked.refuse(FRESH_ONLY, "Codex takes it for new sessions alone; leave it out")
    schema, files, needs = _schema(asked)
    settings = [
        *overrides(asked.value("configOverrides"), "configOverrides"),
        *(
            f"{SETTINGS[name]}={as_setting(asked.text(name))}"
            for name in SETTINGS
            if asked.has(name)
        ),
    ]
    shared = [
        "--json",
        "--skip-git-repo-check",
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(but=_WRITTEN_HERE),
        *schema,
        *(f"--config={setting}" for setting in settings),
        "--config=check_for_update_on_startup=false",
    ]
    return LaunchPlan(
        command="codex",
        arguments=(
            *known(_before(asked), contract.TOP, contract.VERSION),
            *_command(request, wish, shared, sandbox=sandbox, folders=asked.texts("addDir")),
        ),
        stdin=as_utf8(request.prompt, "prompt"),
        files=files,
        output_format="json",
        changes_files=sandbox != READ_ONLY or asked.has("outputLastMessage"),
        needs=(*needs, *asked.paths("images", folders=("addDir",))),
    )


def _command(
    request: CliRequest, wish: SessionWish, shared: list[str], *, sandbox: str, folders: list[str]
) -> tuple[str, ...]:
    """What goes on has no flags for the sandbox: settings say it instead."""
    as_flags = [*([f"--sandbox={sandbox}"] if sandbox else [])]
    as_flags += [f"--add-dir={folder}" for folder in folders]
    as_settings = [f"--config=sandbox_mode={as_setting(sandbox)}"] if sandbox else []
    if folders:
        as_settings.append(f"--config=sandbox_workspace_write.writable_roots={as_setting(folders)}")
    named = request.session_id
    match wish:
        case SessionWish.NEW:
            return (
                "exec",
                *known([*shared, *as_flags], contract.EXEC, contract.VERSION),
                "--",
                "-",
            )
        case SessionWish.FORK:
            if not named:
                raise InvalidRun("name the session to fork", field="sessionId")
            fork = known([*shared, *as_settings], contract.FORK, contract.VERSION)
            return ("exec", "fork", *fork, "--", named, "-")
        case SessionWish.RESUME | SessionWish.CONTINUE:
            last = [] if named else ["--last"]
            resume = known([*shared, *as_settings, *last], contract.RESUME, contract.VERSION)
            return ("exec", "resume", *resume, "--", *([named] if named else []), "-")


def _before(asked: Asked) -> list[str]:
    """What Codex takes before `exec` alone."""
    if asked.text("askForApproval") == "untrusted":
        raise InvalidRun(
            "today's Codex knows `on-request` and `never`; for less trust take a narrower"
            " sandboxMode",
            field="askForApproval",
        )
    approval = asked.text("askForApproval")
    return [
        *([f"--ask-for-approval={approval}"] if approval else []),
        *(["--search"] if asked.is_on("search") else []),
    ]


def sandbox_of(asked: Asked) -> str:
    """Empty: that of its settings."""
    asked.refuse_both(BYPASS, "sandboxMode", "it means no sandbox")
    for name in _FULL_AUTO:
        asked.refuse_both(BYPASS, name, "it means no sandbox")
    asked.refuse_both(BYPASS, "askForApproval", "it means that nobody is asked")
    mode = asked.text("sandboxMode")
    full_auto = next((name for name in _FULL_AUTO if asked.is_on(name)), "")
    if full_auto and mode not in ("", MAY_WRITE):
        raise InvalidRun(
            f"it means sandboxMode `{MAY_WRITE}`, and another is asked for", field=full_auto
        )
    return MAY_WRITE if full_auto else mode


def _schema(
    asked: Asked,
) -> tuple[list[str], tuple[PlannedFile, ...], tuple[NamedPath, ...]]:
    """A schema that was given as such becomes a file; a file's path is passed on."""
    given = asked.value("outputSchema")
    if given is None:
        return [], (), ()
    if isinstance(given, str) and not given.lstrip().startswith("{"):
        path = fits_argument(given, "outputSchema")
        return [f"--output-schema={path}"], (), (NamedPath(field="outputSchema", path=path),)
    text = given if isinstance(given, str) else as_json(given, "outputSchema")
    content = as_utf8(text, "outputSchema")
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InvalidRun("it is not JSON", field="outputSchema") from error
    file = PlannedFile(name=_SCHEMA_FILE, content=content)
    return [f"--output-schema={FOLDER}/{_SCHEMA_FILE}"], (file,), ()


_SERVER = re.compile(r"[A-Za-z0-9_-]{1,200}")
_MOST = 200


def without_servers(options: Mapping[str, object], settings: bytes) -> Mapping[str, object]:
    """The same options with these off. Settings that cannot be read name none: then Codex says
    itself what is wrong with them."""
    off = {f"mcp_servers.{name}.enabled": False for name in _servers(settings)}
    given = options.get("configOverrides")
    return {**options, "configOverrides": {**(given if isinstance(given, dict) else {}), **off}}


def _servers(settings: bytes) -> list[str]:
    try:
        servers = tomllib.loads(settings.decode()).get("mcp_servers")
    except (ValueError, RecursionError):
        return []
    named = servers if isinstance(servers, dict) else {}
    return [name for name in named if _SERVER.fullmatch(name)][:_MOST]
