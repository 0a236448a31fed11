"""How a run of `agy` is started."""

from llmgw_desktop.clis.agy.flags import FLAGS, VERSION
from llmgw_desktop.clis.asked import Asked, known
from llmgw_desktop.clis.checks import checked_session, fit_arguments, fits_argument
from llmgw_desktop.clis.gemini.options import OPTIONS, approval_mode
from llmgw_desktop.domain.cli import CliFacts, CliRequest, LaunchPlan, NamedPath, SessionWish
from llmgw_desktop.domain.run_errors import InvalidRun

FACTS = CliFacts(streams=False, reads_stdin=False, tells_usage=False, idle_timeout_s=3600.0)
_TEXT_ONLY = "`agy` prints plain text and has no such thing; leave it out, or use the Gemini CLI"
_NOT_ITS = (
    "allowedTools",
    "noTools",
    "systemPrompt",
    "policyFiles",
    "adminPolicyFiles",
    "attachments",
    "skipTrust",
)
_MODES = {
    "default": [],
    "auto_edit": ["--mode=accept-edits"],
    "plan": ["--mode=plan"],
    "yolo": ["--dangerously-skip-permissions"],
}


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt is an argument, which bounds it: `agy` takes it in no other way."""
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    asked.refuse(_NOT_ITS, _TEXT_ONLY)
    if asked.text("outputFormat") not in ("", "text"):
        raise InvalidRun(_TEXT_ONLY, field="outputFormat")
    asked.refuse_both("project", "newProject", "one is an old one, the other is new")
    mode = approval_mode(asked)
    arguments = [
        f"--print={fits_argument(request.prompt, 'prompt')}",
        *_session(request),
        *([f"--model={asked.model}"] if asked.model else []),
        *_MODES[mode],
        *(f"--add-dir={folder}" for folder in asked.texts("includeDirs")),
        *(["--sandbox"] if asked.is_on("sandbox") else []),
        *([f"--project={asked.text('project')}"] if asked.has("project") else []),
        *(["--new-project"] if asked.is_on("newProject") else []),
        *([f"--print-timeout={asked.text('printTimeout')}"] if asked.has("printTimeout") else []),
    ]
    return LaunchPlan(
        command="agy",
        arguments=known(arguments, FLAGS, VERSION),
        output_format="text",
        changes_files=mode != "plan",
        needs=tuple(
            NamedPath(field="includeDirs", path=path, is_folder=True)
            for path in asked.texts("includeDirs")
        ),
    )


def _session(request: CliRequest) -> list[str]:
    match checked_session(request, FACTS):
        case SessionWish.RESUME:
            return [f"--conversation={request.session_id}"]
        case SessionWish.CONTINUE:
            return ["--continue"]
        case _:
            return []
