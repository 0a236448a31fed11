"""Mistral's Vibe CLI, `vibe`, as it was seen to be at version 3.0.3."""

from collections.abc import Mapping

from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse, SideUsage
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.hooks import HookNames, deny_alone, hook_use, moments
from llmgw_desktop.clis.mistral.plan import (
    ASKING,
    FACTS,
    FLAGS,
    OPTIONS,
    RIGHTS,
    SUBCOMMANDS,
    UNLISTED,
    VERSION,
    plan,
)
from llmgw_desktop.clis.mistral.reader import PATH, RETRY_WORDS, SIGN_IN, VibeReader, read_usage
from llmgw_desktop.domain.cli import CliName

_OWN = ("file_system", "process", "self", "skill", "agents", "subagent")


def _mcp(tool: str, _: Mapping[str, object]) -> tuple[str, str] | None:
    """Its own ones say their group. Which of `server-tool` is the server's is not told."""
    is_own = tool.partition(".")[0] in _OWN or not {"-", "."} & set(tool)
    return None if is_own else ("", tool)


_HOOK = HookNames(
    moment=moments(pre_tool=HookMoment.BEFORE, post_tool=HookMoment.SETTLED),
    commands=frozenset({"bash", "process.start"}),
    edits=frozenset({"write_file", "search_replace"}),
    fetches=frozenset({"web_fetch", "web_search"}),
    prefix="file_system.",
    holds=lambda _: True,
    mcp=_mcp,
)
HOOK = hook_use(_HOOK, deny_alone)

CLI = Cli(
    name=CliName.MISTRAL,
    title="Mistral Vibe",
    hook=HOOK,
    vendor="mistral",
    packaging=Packaging(pypi="mistral-vibe"),
    variables=("MISTRAL_", "VIBE_"),
    places=(".vibe/",),
    rights=RIGHTS,
    commands=("vibe",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=VibeReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    retry_words=RETRY_WORDS,
    unlisted_flags=UNLISTED,
    side_usage=SideUsage(path=PATH, read=read_usage),
    # No list takes all its tools from it; whatever changes something, or lies elsewhere, is denied.
    model_use=ModelUse(
        options={"permissionMode": "ask"},
        leaves=".vibe/logs/session/unified/{session_id}",
        reads_mentions=True,
    ),
    skills=(".vibe/skills",),
    # It has no such mode: what it would have to ask for is denied, as nobody is there.
    review=ReviewUse(options={"permissionMode": "ask"}),
    subcommands=SUBCOMMANDS,
)
