"""How Copilot is started so that it asks."""

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.asking_fields import asked_fields, check_session
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialect import Dialect, NoteWay, mode_of, option_of
from llmgw_desktop.clis.acp.dialogue import AcpDialogue
from llmgw_desktop.clis.acp.spent import Scope, SpentWay, usage_of
from llmgw_desktop.clis.asked import known
from llmgw_desktop.clis.copilot.flags import FLAGS, VERSION
from llmgw_desktop.clis.copilot.options import OPTIONS
from llmgw_desktop.clis.copilot.plan import FACTS
from llmgw_desktop.clis.copilot.reader import SIGN_IN
from llmgw_desktop.clis.dialogue import AskingMode
from llmgw_desktop.clis.json_lines import Message
from llmgw_desktop.domain.cli import CliRequest, LaunchPlan

_TAKES = (
    "effort",
    "disallowedTools",
    "availableTools",
    "excludedTools",
    "disallowedUrls",
    "disallowTempDir",
    "disableBuiltinMcps",
    "disableMcpServers",
    "noCustomInstructions",
)


def plan(request: CliRequest) -> LaunchPlan:
    asked = asked_fields(request, OPTIONS, takes=_TAKES)
    asked.refuse_both(
        "availableTools", "excludedTools", "what is not among the first is left out already"
    )
    check_session(request, FACTS)
    arguments = [
        "--acp",
        "--no-auto-update",
        *([f"--model={asked.model}"] if asked.model else []),
        *asked.arguments(),
    ]
    return LaunchPlan(
        command="copilot",
        arguments=known(arguments, FLAGS, VERSION),
        # What stands for its flag that allows everything, where a person's shell has it.
        environment={"COPILOT_ALLOW_ALL": "false"},
        output_format="acp",
    )


def _against(told: Message) -> str:
    mode, allows = mode_of(told), option_of(told, "allow_all")
    if mode and mode.rpartition("#")[2] != "agent":
        return f"its mode is `{mode}`"
    return "" if allows in ("", "off") else f"it allows everything (`{allows}`)"


def _tool(call: Call) -> str:
    """What it calls a call is the model's words, save of tools that are none of its own."""
    return call.first_title if call.kind == "other" else call.kind


DIALECT = Dialect(
    program="Copilot",
    sign_in=SIGN_IN,
    against=_against,
    begins_asking=True,
    must_tell=("mode", "allow_all"),
    note_way=NoteWay.NEXT_PROMPT,
    spent=SpentWay(read=usage_of, scope=Scope.SESSION),
    tool_of=_tool,
    agent_words=lambda call: call.first_title,
    asides=frozenset({"Info: Operation cancelled by user"}),
)
ASKING = AskingMode(
    plan=plan,
    dialogue=lambda request, folder: AcpDialogue(DIALECT, request, folder),
    load=messages.load,
    proof="The session's beginning tells that `allow_all` is off and its mode `agent`, and no later"
    " update tells otherwise.",
)
