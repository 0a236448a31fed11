"""Google's Gemini CLI, as it was seen to be at version 0.61.0."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.gemini.contract import FLAGS, OPTIONS, RIGHTS, SUBCOMMANDS, VERSION
from llmgw_desktop.clis.gemini.plan import ASKING, FACTS, SERVERS, UPSTREAM, plan
from llmgw_desktop.clis.gemini.reader import RETRY_WORDS, SIGN_IN, GeminiReader
from llmgw_desktop.clis.hooks import HookNames, deny_or_ask, hook_use, moments
from llmgw_desktop.clis.told import object_of, text_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import FileChange, PermissionKind


def _mcp_tool(_: str, told: Mapping[str, object]) -> tuple[str, str] | None:
    context = object_of(told.get("mcp_context"))
    server, tool = text_of(context.get("server_name")), text_of(context.get("tool_name"))
    return (server, tool) if server and tool else None


def _tells(told: Mapping[str, object]) -> dict[str, Any]:
    """What its notice says of the question on its screen."""
    details = object_of(told.get("details"))
    command, server = text_of(details.get("command")), text_of(details.get("serverName"))
    if command:
        return {"kind": PermissionKind.COMMAND, "command": command}
    if path := text_of(details.get("filePath")):
        change = FileChange(path=path, diff=text_of(details.get("fileDiff")))
        return {"kind": PermissionKind.EDIT, "changes": (change,)}
    if server:
        tool = text_of(details.get("toolName"))
        return {"kind": PermissionKind.MCP, "server": server, "tool": tool}
    return {}


_HOOK = HookNames(
    moment=moments(
        BeforeTool=HookMoment.BEFORE,
        AfterTool=HookMoment.SETTLED,
        SessionEnd=HookMoment.ENDED,
        Notification=HookMoment.TELLS,
        AfterAgent=HookMoment.RESTS,
    ),
    tells=_tells,
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
