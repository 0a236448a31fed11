"""GitHub Copilot's CLI, as it was seen to be at version 1.0.102."""

from llmgw_desktop.clis.cli import Cli, ModelUpstream, ModelUse, SideUsage
from llmgw_desktop.clis.copilot.asking import ASKING
from llmgw_desktop.clis.copilot.events_file import PATH, read_usage
from llmgw_desktop.clis.copilot.flags import FLAGS, VERSION
from llmgw_desktop.clis.copilot.options import OPTIONS
from llmgw_desktop.clis.copilot.plan import FACTS, plan
from llmgw_desktop.clis.copilot.reader import SIGN_IN, CopilotReader
from llmgw_desktop.domain.cli import CliName

CLI = Cli(
    name=CliName.COPILOT,
    commands=("copilot",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=CopilotReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    upstream=ModelUpstream(url="COPILOT_PROVIDER_BASE_URL", key="COPILOT_PROVIDER_API_KEY"),
    side_usage=SideUsage(path=PATH, read=read_usage),
    # Its loader leaves it behind where it is ended.
    native=("../copilot-*/copilot", "node_modules/@github/copilot-*/copilot"),
    model_use=ModelUse(
        leaves=".copilot/session-state/{session_id}",
        # It knows no empty list; a name that no tool has does as well.
        options={
            "availableTools": ["none"],
            "disableBuiltinMcps": True,
            "noCustomInstructions": True,
        },
        effort="effort",
        efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"}),
    ),
)
