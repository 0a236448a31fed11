"""Google's Gemini CLI, as it was seen to be at version 0.61.0."""

from collections.abc import Mapping

from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.gemini.contract import FLAGS, OPTIONS, RIGHTS, SUBCOMMANDS, VERSION
from llmgw_desktop.clis.gemini.plan import ASKING, FACTS, SERVERS, UPSTREAM, plan
from llmgw_desktop.clis.gemini.reader import RETRY_WORDS, SIGN_IN, GeminiReader
from llmgw_desktop.clis.hooks import HookNames, deny_or_ask, hook_use, moments
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.cli import CliName


def _mcp_tool(_: str, told: Mapping[str, object]) -> tuple[str, str] | None:
    context = object_of(told.get("mcp_context"))
    server, tool = text_of(context.get("server_name")), text_of(context.get("tool_name"))
    return (server, tool) if server and tool else None


_HOOK = HookNames(
    moment=moments(
        BeforeTool=HookMoment.BEFORE, AfterTool=HookMoment.SETTLED, SessionEnd=HookMoment.ENDED
    ),
    commands=frozenset({"run_shell_command"}),
    edits=frozenset({"write_file", "replace"}),
    fetches=frozenset({"web_fetch", "google_web_search"}),
    mcp=_mcp_tool,
)
HOOK = hook_use(_HOOK, deny_or_ask)

CLI = Cli(
    name=CliName.GEMINI,
    title="Gemini CLI",
    hook=HOOK,
    vendor="google",
    packaging=Packaging(npm="@google/gemini-cli"),
    variables=("GEMINI_", "GOOGLE_", "ANTIGRAVITY_"),
    places=(".gemini/", ".antigravity/"),
    rights=RIGHTS,
    commands=("gemini",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=GeminiReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    upstream=UPSTREAM,
    retry_words=RETRY_WORDS,
    # It reads what stands behind an `@` within the working folder alone, and there is nothing.
    model_use=ModelUse(options={"noTools": True}, system="systemPrompt"),
    skills=(".gemini/skills", ".agents/skills"),
    servers=SERVERS,
    review=ReviewUse(options={"approvalMode": "plan"}),
    other_commands=("agy",),
    subcommands=SUBCOMMANDS,
)
