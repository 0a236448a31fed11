"""How a run of Codex is started."""

import orjson

from llmgw_desktop.clis.asked import Asked, known
from llmgw_desktop.clis.checks import (
    FOLDER,
    as_json,
    as_utf8,
    checked_session,
    fit_arguments,
    fits_argument,
)
from llmgw_desktop.clis.codex import flags
from llmgw_desktop.clis.codex.options import (
    BYPASS,
    FRESH_ONLY,
    MAY_WRITE,
    OPTIONS,
    PROSE,
    READ_ONLY,
    SETTINGS,
)
from llmgw_desktop.clis.codex.settings import as_setting, overrides
from llmgw_desktop.domain.cli import (
    CliFacts,
    CliRequest,
    LaunchPlan,
    NamedPath,
    PlannedFile,
    SessionWish,
)
from llmgw_desktop.domain.run_errors import InvalidRun

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
            *known(_before(asked), flags.TOP, flags.VERSION),
            *_command(request, wish, shared, sandbox, asked.texts("addDir")),
        ),
        stdin=as_utf8(request.prompt, "prompt"),
        files=files,
        output_format="json",
        changes_files=sandbox != READ_ONLY or asked.has("outputLastMessage"),
        needs=(*needs, *needs_of(asked)),
    )


def _command(
    request: CliRequest, wish: SessionWish, shared: list[str], sandbox: str, folders: list[str]
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
            return ("exec", *known([*shared, *as_flags], flags.EXEC, flags.VERSION), "--", "-")
        case SessionWish.FORK:
            if not named:
                raise InvalidRun("name the session to fork", field="sessionId")
            fork = known([*shared, *as_settings], flags.FORK, flags.VERSION)
            return ("exec", "fork", *fork, "--", named, "-")
        case SessionWish.RESUME | SessionWish.CONTINUE:
            last = [] if named else ["--last"]
            resume = known([*shared, *as_settings, *last], flags.RESUME, flags.VERSION)
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


def needs_of(asked: Asked) -> tuple[NamedPath, ...]:
    """What of the caller's must be there."""
    return (
        *(NamedPath(field="images", path=path) for path in asked.texts("images")),
        *(NamedPath(field="addDir", path=path, is_folder=True) for path in asked.texts("addDir")),
    )
