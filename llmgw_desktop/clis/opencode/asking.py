"""How opencode is started so that it asks."""

import orjson

from llmgw_desktop.clis.acp import messages
from llmgw_desktop.clis.acp.asking_fields import asked_fields, check_session
from llmgw_desktop.clis.acp.calls import Call
from llmgw_desktop.clis.acp.dialect import Dialect, McpUse, NoteWay, choose, other_mode
from llmgw_desktop.clis.acp.dialogue import AcpDialogue
from llmgw_desktop.clis.acp.spent import Scope, SpentWay, usage_apart
from llmgw_desktop.clis.asked import Asked, known
from llmgw_desktop.clis.checks import FOLDER
from llmgw_desktop.clis.dialogue import AskingMode
from llmgw_desktop.clis.opencode.flags import VERSION
from llmgw_desktop.clis.opencode.options import OPTIONS
from llmgw_desktop.clis.opencode.plan import ENVIRONMENT, FACTS, IDS, checked_model
from llmgw_desktop.clis.opencode.reader import SIGN_IN
from llmgw_desktop.clis.opencode.retrying import LOGS
from llmgw_desktop.domain.cli import CliRequest, LaunchPlan, PlannedFile

FLAGS = frozenset({"--pure", "--print-logs", "--log-level"})
"""Of `opencode acp`, from its own help."""
_AGENT = "build"
_READING = ("read", "grep", "glob", "list", "lsp", "skill", "todowrite", "todoread")
# Each tool is named, since a person's own settings are merged with these. What its helpers ask for
# reaches nobody, so it has none.
_RULES = {
    "*": "ask",
    **dict.fromkeys(_READING, "allow"),
    **dict.fromkeys(("edit", "bash", "webfetch", "websearch", "codesearch"), "ask"),
    **dict.fromkeys(("external_directory", "doom_loop"), "ask"),
    **dict.fromkeys(("task", "question"), "deny"),
}
_BUILT_IN = frozenset({*_RULES, "write", "patch", "apply_patch", "multiedit"})
_SETTINGS = "opencode.json"


def plan(request: CliRequest) -> LaunchPlan:
    asked = asked_fields(request, OPTIONS, takes=("pure",), only={"permissionMode": "default"})
    checked_model(asked)
    check_session(request, FACTS, ids=IDS)
    return LaunchPlan(
        command="opencode",
        arguments=known(["acp", *LOGS, *asked.arguments()], FLAGS, VERSION),
        environment={
            **ENVIRONMENT,
            "OPENCODE_PERMISSION": orjson.dumps(_RULES).decode(),
            "OPENCODE_CONFIG": f"{FOLDER}/{_SETTINGS}",
            # A folder's own settings could give its agents other rules.
            "OPENCODE_DISABLE_PROJECT_CONFIG": "1",
        },
        files=(PlannedFile(name=_SETTINGS, content=_settings(asked)),),
        output_format="acp",
    )


def _settings(asked: Asked) -> bytes:
    """Denied something it shall go on, as the others do."""
    settings = {
        "permission": _RULES,
        "agent": {_AGENT: {"permission": _RULES}},
        "experimental": {"continue_loop_on_deny": True},
    }
    return orjson.dumps(settings | ({"model": asked.model} if asked.model else {}))


def _mcp(call: Call) -> McpUse | None:
    """Its name holds the server's and the tool's, and not where one ends."""
    name = call.first_title
    if call.kind != "other" or not name or name in _BUILT_IN:
        return None
    return McpUse(server="", tool=name, arguments=call.given)


DIALECT = Dialect(
    program="opencode",
    sign_in=SIGN_IN,
    against=lambda told: other_mode(told, _AGENT),
    must_tell=("mode",),
    steps=lambda _: (choose("mode", _AGENT),),
    note_way=NoteWay.AFTER_CANCEL,
    spent=SpentWay(read=usage_apart, scope=Scope.LAST_CALL),
    tool_of=lambda call: call.first_title,
    mcp_of=_mcp,
)
ASKING = AskingMode(
    plan=plan,
    dialogue=lambda request, folder: AcpDialogue(DIALECT, request, folder),
    load=messages.load,
    proof="The session's mode is set to `build`, whose rules are the run's own settings, and what"
    " comes back tells so. The rules themselves it does not tell.",
)
