"""How a run of opencode is started."""

import re

import orjson

from llmgw_desktop.clis.asked import Asked, known
from llmgw_desktop.clis.checks import SessionIds, as_utf8, checked_session, fit_arguments
from llmgw_desktop.clis.opencode.flags import FLAGS, VERSION
from llmgw_desktop.clis.opencode.options import OPTIONS
from llmgw_desktop.clis.opencode.retrying import LOGS
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, NamedPath, SessionWish
from llmgw_desktop.domain.run_errors import InvalidRun

FACTS = CliFacts(streams=True, forks=True, tells_cost=True, tells_cache=True)
IDS = SessionIds(
    shape=re.compile(r"ses_[A-Za-z0-9]{8,64}"), example="ses_e044eb816ffeu0Ns7T9eTf8CZx"
)
ENVIRONMENT = {"OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"}
_MODEL = re.compile(r"[^/]+/.+")
# The last rule that fits decides. Each tool is named, since a person's own settings are merged
# with these: one that is allowed there would stay allowed.
_READ = {
    "*": "deny",
    **dict.fromkeys(("read", "grep", "glob", "list", "lsp", "skill"), "allow"),
    **dict.fromkeys(("todowrite", "todoread"), "allow"),
    **dict.fromkeys(("edit", "bash", "task", "webfetch", "websearch"), "deny"),
    **dict.fromkeys(("codesearch", "external_directory", "doom_loop", "question"), "deny"),
}
_RULES = {
    "default": _READ,
    "plan": _READ,
    "acceptEdits": {**_READ, "edit": "allow"},
}
_MODES = {"bypassPermissions": ["--auto"], "plan": ["--agent=plan"]}


def plan(request: CliRequest) -> LaunchPlan:
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    mode = asked.text("permissionMode") or "default"
    if mode == "plan" and asked.has("agent"):
        raise InvalidRun("plan is an agent itself; ask for one of them", field="agent")
    checked_model(asked)
    arguments = [
        "run",
        "--format=json",
        "--thinking",
        *LOGS,
        *_session(request),
        *([f"--model={asked.model}"] if asked.model else []),
        *_MODES.get(mode, ()),
        *asked.arguments(),
    ]
    return LaunchPlan(
        command="opencode",
        arguments=known(arguments, FLAGS, VERSION),
        environment=_environment(mode),
        stdin=as_utf8(request.prompt, "prompt"),
        output_format="json",
        # An agent or a command of the person's own may have rules of its own.
        changes_files=mode not in ("default", "plan") or asked.has("agent") or asked.has("command"),
        needs=tuple(NamedPath(field="files", path=path) for path in asked.texts("files")),
    )


def checked_model(asked: Asked) -> None:
    """Raises InvalidRun."""
    if asked.model and not _MODEL.fullmatch(asked.model):
        raise InvalidRun("opencode names its models `provider/model`", field="model")


def _environment(mode: str) -> dict[str, str]:
    environment = dict(ENVIRONMENT)
    if mode in _RULES:
        environment["OPENCODE_PERMISSION"] = orjson.dumps(_RULES[mode]).decode()
    return environment


def _session(request: CliRequest) -> list[str]:
    named = request.session_id
    going = [f"--session={named}"] if named else ["--continue"]
    match checked_session(request, FACTS, ids=IDS):
        case SessionWish.RESUME | SessionWish.CONTINUE:
            return going
        case SessionWish.FORK:
            return [*going, "--fork"]
        case SessionWish.NEW:
            return []
