"""How a run of Copilot is started."""

import orjson

from llmgw_desktop.clis.asked import Asked, json_text, known
from llmgw_desktop.clis.checks import as_utf8, checked_session, fit_arguments
from llmgw_desktop.clis.copilot.flags import FLAGS, VERSION
from llmgw_desktop.clis.copilot.options import GRANTS, OPTIONS
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, NamedPath, SessionWish
from llmgw_desktop.domain.run_errors import InvalidRun

FACTS = CliFacts(streams=True, takes_new_id=True, tells_cache=True)
_ALWAYS = ("--output-format=json", "--stream=on", "--no-ask-user", "--no-auto-update", "--no-color")
_PATHS = (("addDir", True), ("attachments", False), ("pluginDir", True))


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt goes in by stdin: what `-p` is given is bounded, and stdin ignored beside it."""
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    asked.refuse_both("yolo", "allowAll", "they are the same")
    asked.refuse_both(
        "availableTools", "excludedTools", "what is not among the first is left out already"
    )
    arguments = [
        *_ALWAYS,
        *_session(request),
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(but=("mcpConfig",)),
        *([f"--additional-mcp-config={_servers(asked)}"] if asked.has("mcpConfig") else []),
    ]
    may_change = any(asked.value(name) not in (None, False, []) for name in GRANTS)
    return LaunchPlan(
        command="copilot",
        arguments=known(arguments, FLAGS, VERSION),
        stdin=as_utf8(request.prompt, "prompt"),
        output_format="json",
        changes_files=may_change or asked.text("mode") != "plan",
        needs=tuple(
            NamedPath(field=name, path=path, is_folder=is_folder)
            for name, is_folder in _PATHS
            for path in asked.texts(name)
        ),
    )


def _session(request: CliRequest) -> list[str]:
    named = request.session_id
    match checked_session(request, FACTS):
        case SessionWish.RESUME:
            return [f"--resume={named}"]
        case SessionWish.CONTINUE:
            return ["--continue"]
        case _:
            return [f"--session-id={named}"] if named else []


def _servers(asked: Asked) -> str:
    """Never a file's name: the CLI would take `@…` for one, and what is in it went unseen."""
    text = json_text(asked, "mcpConfig")
    if not isinstance(orjson.loads(text), dict):
        raise InvalidRun("MCP servers are an object, by name", field="mcpConfig")
    return text
