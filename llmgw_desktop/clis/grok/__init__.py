"""xAI's Grok CLI, as it was seen to be at version 1.0.41."""

from llmgw_desktop.clis.cli import Cli, ModelUse, OutputReader, Packaging, ReviewUse, ServerUse
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.grok import contract
from llmgw_desktop.clis.grok.plan import ASKING, FACTS, plan
from llmgw_desktop.clis.grok.reader import RETRY_WORDS, SIGN_IN, GrokMessagesReader, GrokReader
from llmgw_desktop.clis.hooks import HookNames, deny_or_ask, hook_use, joined_mcp, moments
from llmgw_desktop.domain.cli import CliName, CliRequest


def reader(request: CliRequest) -> OutputReader:
    """The one for the format that the plan of the same request asks for."""
    is_messages = contract.asked_format(request) == contract.AS_MESSAGES
    return GrokMessagesReader(request) if is_messages else GrokReader(request)


_HOOK = HookNames(
    moment=moments(
        PreToolUse=HookMoment.BEFORE,
        PostToolUse=HookMoment.SETTLED,
        PostToolUseFailure=HookMoment.SETTLED,
        SessionEnd=HookMoment.ENDED,
        Notification=HookMoment.TELLS,
        Stop=HookMoment.RESTS,
        StopCancelled=HookMoment.RESTS,
    ),
    commands=frozenset({"run_terminal_command", "monitor"}),
    edits=frozenset({"write", "search_replace", "write_file", "edit_file"}),
    fetches=frozenset({"web_fetch", "web_search"}),
    mcp=joined_mcp,
    holds=lambda told: told.get("permission_mode") == "bypassPermissions",
    waits_s=600.0,
)
HOOK = hook_use(_HOOK, deny_or_ask)

CLI = Cli(
    name=CliName.GROK,
    title="Grok",
    hook=HOOK,
    vendor="xai",
    packaging=Packaging(
        npm="@xai-official/grok",
        update=("update",),
        update_to=("update", "--version={target}"),
    ),
    variables=("GROK_", "XAI_"),
    places=(".grok/",),
    rights=contract.RIGHTS,
    commands=("grok",),
    facts=FACTS,
    options=contract.OPTIONS,
    plan=plan,
    reader=reader,
    read_by=frozenset({"outputFormat"}),
    sign_in=SIGN_IN,
    contract_version=contract.VERSION,
    flags=contract.FLAGS,
    asking=ASKING,
    retry_words=RETRY_WORDS,
    unlisted_flags=contract.UNLISTED,
    model_use=ModelUse(
        # It knows no empty list: one harmless tool, and then not that one either. A prompt of
        # 96 kB and more is sent without its middle, to be read by a tool, unless as it is given.
        options={
            "permissionMode": "plan",
            "allowedTools": ["todo_write"],
            "disallowedTools": ["todo_write", "search_tool", "use_tool"],
            "disableWebSearch": True,
            "noMemory": True,
            "noPlan": True,
            "noSubagents": True,
            "verbatim": True,
        },
        system="systemPromptOverride",
        longest_system=100_000,
        effort="effort",
        efforts=frozenset({"low", "medium", "high", "xhigh", "max"}),
        schema="jsonSchema",
        leaves=".grok/sessions/*/{session_id}",
        reads_mentions=True,
    ),
    skills=(".grok/skills",),
    models=contract.MODELS,
    servers=ServerUse(takes=False, is_told=True),
    instructions="rules",
    review=ReviewUse(options={"permissionMode": "plan", "noMemory": True}),
    subcommands=contract.SUBCOMMANDS,
)
