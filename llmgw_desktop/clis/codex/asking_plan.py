"""How Codex is started so that it asks: its app server, and what its thread and turn are given."""

import re
from pathlib import PurePath
from typing import Any

import orjson

from llmgw_desktop.clis.checks import as_utf8, checked_session, fit_arguments
from llmgw_desktop.clis.codex import contract
from llmgw_desktop.clis.codex.app_server import text_input
from llmgw_desktop.clis.codex.contract import BYPASS, MAY_WRITE, OPTIONS, PROSE
from llmgw_desktop.clis.codex.dialogue import POLICY, CodexDialogue, Wishes
from llmgw_desktop.clis.codex.plan import FACTS, as_setting, overrides, sandbox_of
from llmgw_desktop.clis.fields import Asked, known
from llmgw_desktop.domain.cli import CliRequest, LaunchPlan, SessionWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun

_UNASKED = (BYPASS, "dangerouslyBypassHookTrust")
_ONLY_EXEC = (
    *("outputLastMessage", "profile", "oss", "localProvider", "ignoreUserConfig", "ignoreRules"),
    "search",
)
_METHODS = {
    SessionWish.NEW: "thread/start",
    SessionWish.RESUME: "thread/resume",
    SessionWish.FORK: "thread/fork",
}
_BEFOREHAND = re.compile(r"approv|^(?:notify|hooks|permissions|projects|rules)\b|exec_?policy")
"""Settings that allow things beforehand, or run programs of their own."""


def plan_asking(request: CliRequest) -> LaunchPlan:
    """Raises InvalidRun for what lets something run unasked, and for what the server has not."""
    asked = Asked(request, OPTIONS, free=PROSE)
    fit_arguments(request.options, but=("outputSchema", "configOverrides"))
    _refuse(asked)
    _check_session(request, asked)
    as_utf8(request.prompt, "prompt")
    _schema(request)
    settings = overrides(asked.value("configOverrides"), "configOverrides")
    for setting in settings:
        if _BEFOREHAND.search(setting.partition("=")[0].lower()):
            raise InvalidRun(
                "a run that asks lets no setting allow things beforehand", field="configOverrides"
            )
    if folders := asked.texts("addDir"):
        settings.append(f"sandbox_workspace_write.writable_roots={as_setting(folders)}")
    arguments = [
        *asked.arguments(but={each.name for each in OPTIONS} - {"enable", "disable"}),
        *(["--strict-config"] if asked.is_on("strictConfig") else []),
        *(f"--config={setting}" for setting in settings),
        "--config=check_for_update_on_startup=false",
    ]
    return LaunchPlan(
        command="codex",
        arguments=("app-server", *known(arguments, contract.SERVER, contract.VERSION)),
        output_format="json",
        changes_files=True,
        needs=asked.paths("images", folders=("addDir",)),
    )


def dialogue(request: CliRequest, cwd: str) -> CodexDialogue:
    """Of a request that `plan_asking` took, or of what is left of one that is read again."""
    return CodexDialogue(request, cwd, wishes(request, cwd))


def wishes(request: CliRequest, cwd: str) -> Wishes:
    """Policy and sandbox are said again for a thread that goes on: it would have others."""
    options = request.options
    sandbox = str(options.get("sandboxMode") or MAY_WRITE)
    thread: dict[str, Any] = {"cwd": cwd, "approvalPolicy": POLICY, "sandbox": sandbox}
    if request.model not in ("", "default", "latest"):
        thread["model"] = request.model
    if options.get("developerInstructions"):
        thread["developerInstructions"] = options["developerInstructions"]
    if request.session is not SessionWish.NEW:
        thread["threadId"] = request.session_id
    if options.get("ephemeral") is True:
        thread["ephemeral"] = True
    images = options.get("images")
    pictures = [
        {"type": "localImage", "path": str(PurePath(cwd) / str(path))}
        for path in (images if isinstance(images, list) else [])
    ]
    turn: dict[str, Any] = {"input": [*text_input(request.prompt), *pictures]}
    if options.get("reasoningEffort"):
        turn["effort"] = options["reasoningEffort"]
    if (schema := _schema(request)) is not None:
        turn["outputSchema"] = schema
    method = _METHODS.get(request.session, "thread/resume")
    return Wishes(method=method, thread=thread, turn=turn, sandbox=sandbox)


def _refuse(asked: Asked) -> None:
    asked.refuse(_UNASKED, "a run that asks lets nothing happen unasked")
    asked.refuse(_ONLY_EXEC, "Codex has it for runs that do not ask; leave it out")
    if asked.text("askForApproval") not in ("", POLICY):
        raise InvalidRun(
            f"a run that asks has the policy `{POLICY}`, by which all is asked",
            field="askForApproval",
        )
    sandbox_of(asked)


def _check_session(request: CliRequest, asked: Asked) -> None:
    wish = checked_session(request, FACTS)
    if wish is SessionWish.CONTINUE:
        raise InvalidRun(
            "a run that asks does not look for the folder's last session; name it",
            field="sessionId",
        )
    if wish is SessionWish.FORK and not request.session_id:
        raise InvalidRun("name the session to fork", field="sessionId")
    if wish is SessionWish.RESUME:
        asked.refuse(("ephemeral",), "Codex keeps a session that goes on; leave it out")


def _schema(request: CliRequest) -> object:
    """Raises InvalidRun for what is no schema; a file's path is one for other runs."""
    given = request.options.get("outputSchema")
    if not isinstance(given, str):
        return given
    try:
        return orjson.loads(as_utf8(given, "outputSchema"))
    except orjson.JSONDecodeError as error:
        raise InvalidRun(
            "a run that asks takes the schema itself, not a file", field="outputSchema"
        ) from error
