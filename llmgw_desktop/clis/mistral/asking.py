"""How Vibe is started so that it asks: by its other program, `vibe-acp`."""

import orjson

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.asking_fields import asked_fields, check_session
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialect import Dialect, NoteWay, choose, other_mode
from llmgw_desktop.clis.acp.dialogue import AcpDialogue
from llmgw_desktop.clis.acp.spent import Scope, SpentWay, usage_of
from llmgw_desktop.clis.dialogue import AskingMode
from llmgw_desktop.clis.mistral.options import OPTIONS
from llmgw_desktop.clis.mistral.plan import FACTS
from llmgw_desktop.clis.mistral.reader import NOISE, SIGN_IN
from llmgw_desktop.clis.told import text_of
from llmgw_desktop.domain.cli import CliRequest, LaunchPlan, SessionWish
from llmgw_desktop.domain.run_errors import InvalidRun

_MODE = "ask"
# Its mode asks for what its tools' own settings do not allow: these go above a person's.
_CHANGING = ("bash", "experimental_bash", "write_file", "edit", "web_fetch", "task")
_TOOLS = orjson.dumps({name: {"permission": "ask", "allowlist": []} for name in _CHANGING}).decode()


def plan(request: CliRequest) -> LaunchPlan:
    asked = asked_fields(request, OPTIONS, takes=("transport",), only={"permissionMode": _MODE})
    check_session(request, FACTS)
    if asked.model and request.session is not SessionWish.NEW:
        raise InvalidRun(
            "Vibe goes on with the model that a session began with; leave it out, or begin a new"
            " session",
            field="model",
        )
    return LaunchPlan(
        command="vibe-acp",
        arguments=(),
        environment={
            "VIBE_TOOLS": _TOOLS,
            **({"VIBE_ACTIVE_MODEL": asked.model} if asked.model else {}),
        },
        output_format="acp",
    )


def _tool(call: Call) -> str:
    return text_of(call.meta.get("tool_name"))


DIALECT = Dialect(
    program="Vibe",
    sign_in=SIGN_IN,
    against=lambda told: other_mode(told, _MODE),
    must_tell=("mode",),
    steps=lambda _: (choose("mode", _MODE),),
    note_way=NoteWay.AFTER_CANCEL,
    spent=SpentWay(read=usage_of, scope=Scope.SESSION),
    tool_of=_tool,
    noise=NOISE,
)
ASKING = AskingMode(
    plan=plan,
    dialogue=lambda request, folder: AcpDialogue(DIALECT, request, folder),
    load=messages.load,
    proof="The session's mode is set to `ask`, and what comes back tells so.",
    needs_pipe=True,
)
