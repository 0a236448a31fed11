"""How a run of Vibe is started."""

from llmgw_desktop.clis.asked import Asked, known
from llmgw_desktop.clis.checks import FOLDER, as_utf8, checked_session, fit_arguments
from llmgw_desktop.clis.mistral.flags import FLAGS, VERSION
from llmgw_desktop.clis.mistral.options import OPTIONS
from llmgw_desktop.domain.cli import (
    CliFacts,
    CliRequest,
    LaunchPlan,
    NamedPath,
    PlannedFile,
    SessionWish,
)
from llmgw_desktop.domain.run_errors import InvalidRun

FACTS = CliFacts(streams=True, tells_cost=True, tells_cache=True, ends_cleanly_on_term=True)
_PROMPT_FILE = "prompt"
_SAFE_AGENT = "ask"
_DECIMALS = 6


def plan(request: CliRequest) -> LaunchPlan:
    """The prompt goes in as a file; what it used comes out as one."""
    asked = Asked(request, OPTIONS)
    fit_arguments(request.options)
    if asked.text("transport") == "acp":
        raise InvalidRun("a run over ACP cannot be asked for here; leave it out", field="transport")
    session = _session(request)
    if asked.model and request.session is not SessionWish.NEW:
        raise InvalidRun(
            "Vibe goes on with the model that a session began with; leave it out, or begin a new"
            " session",
            field="model",
        )
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
        environment={"VIBE_ACTIVE_MODEL": asked.model} if asked.model else {},
        files=(PlannedFile(name=_PROMPT_FILE, content=as_utf8(request.prompt, "prompt")),),
        output_format="streaming",
        needs=tuple(
            NamedPath(field="addDir", path=path, is_folder=True) for path in asked.texts("addDir")
        ),
    )


def _session(request: CliRequest) -> list[str]:
    match checked_session(request, FACTS):
        case SessionWish.RESUME:
            return [f"--resume={request.session_id}"]
        case SessionWish.CONTINUE:
            return ["--continue"]
        case _:
            return []


def _price(asked: Asked) -> list[str]:
    """Never in the notation `1e-06`."""
    price = asked.value("maxPrice")
    if not isinstance(price, int | float):
        return []
    return [f"--max-price={f'{price:.{_DECIMALS}f}'.rstrip('0').rstrip('.')}"]
