"""opencode, as it was seen to be at version 1.18.33."""

import orjson

from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.hooks import HookNames, deny_alone, hook_use, moments, unsplit_mcp
from llmgw_desktop.clis.opencode.plan import (
    ASKING,
    FACTS,
    FLAGS,
    HELPS,
    MODELS,
    OPTIONS,
    RIGHTS,
    SERVERS,
    SUBCOMMANDS,
    VERSION,
    plan,
)
from llmgw_desktop.clis.opencode.reader import RETRY_WORDS, SIGN_IN, OpencodeReader
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import PermissionAnswer

_HOOK = HookNames(
    moment=moments(before=HookMoment.BEFORE, asks=HookMoment.ASKS, settled=HookMoment.SETTLED),
    commands=frozenset({"bash"}),
    edits=frozenset({"edit", "write", "patch", "apply_patch"}),
    fetches=frozenset({"webfetch"}),
    holds=lambda _: True,
    mcp=unsplit_mcp("_", frozenset({"apply_patch", "plan_enter", "plan_exit"})),
)


def _answered(answer: PermissionAnswer) -> bytes:
    """Denied with words the agent goes on, and goes by them; without its turn ends."""
    if answer.allows:
        return orjson.dumps({"reply": "once"}) + b"\n"
    note = {"message": answer.note} if answer.note else {}
    return orjson.dumps({"reply": "reject", **note}) + b"\n"


HOOK = hook_use(_HOOK, deny_alone, _answered)
"""By a plugin of ours (`connect --rules` writes it): it has no hooks that are commands."""

CLI = Cli(
    name=CliName.OPENCODE,
    title="opencode",
    hook=HOOK,
    vendor="opencode",
    packaging=Packaging(npm="opencode-ai", update=("upgrade",), update_to=("upgrade", "{target}")),
    variables=("OPENCODE_",),
    places=(
        ".local/share/opencode/",
        ".local/state/opencode/",
        ".config/opencode/",
        ".cache/opencode/",
    ),
    rights=RIGHTS,
    commands=("opencode",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=OpencodeReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    retry_words=RETRY_WORDS,
    helps=HELPS,
    # Reads within its folder, which is empty; nothing else.
    model_use=ModelUse(options={"permissionMode": "default"}),
    skills=(".config/opencode/skill", ".config/opencode/skills"),
    models=MODELS,
    servers=SERVERS,
    review=ReviewUse(options={"permissionMode": "plan"}),
    subcommands=SUBCOMMANDS,
)
