"""CLIs in every state that a card can show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmgw_desktop.app.clis.sign_in import UNKNOWN_SIGN, Sign, SignedIn
from llmgw_desktop.app.clis.survey import Drift, GoneFlag
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.provider import AccountState, AccountStatus, QuotaWindow
from tests.support.routing_scene import NOW_S

if TYPE_CHECKING:
    from tests.ui.plain_gateway import PlainGateway

SETTINGS = """
[clis.claude]
default_model = "sonnet"
max_running = 4

[clis.opencode]
enabled = false
"""


def set_cli_scene(gateway: PlainGateway) -> None:
    """Ready, refused, resting, drifted, not signed in, off, and one that cannot be started."""
    before = gateway.settings.path.read_text() if gateway.settings.path.exists() else ""
    gateway.settings.write(before + SETTINGS)
    survey = gateway.survey
    by_file = Sign(state=SignedIn.YES, where="~/.claude/.credentials.json")
    survey.install(CliName.CLAUDE, sign=by_file)
    survey.install(
        CliName.CODEX,
        version="0.201.0",
        sign=Sign(state=SignedIn.YES, where="OPENAI_API_KEY"),
        drift=Drift(
            gone=(
                GoneFlag(flag="--ephemeral", fields=("ephemeral",)),
                GoneFlag(flag="--search", fields=("search",)),
            )
        ),
    )
    survey.install(CliName.GEMINI, sign=Sign(state=SignedIn.NO))
    survey.install(CliName.GROK)
    survey.install(CliName.OPENCODE, sign=UNKNOWN_SIGN, version="")
    ended = "Asked for its version it ended with exit code 127: node: command not found"
    survey.install(CliName.COPILOT, version="", problem=ended, sign=UNKNOWN_SIGN)
    gateway.cli_runs[:] = [CliName.CLAUDE, CliName.CLAUDE]
    gateway.health.known["codex-cli"] = AccountStatus(
        account="codex-cli",
        windows=(
            QuotaWindow(name="5h", used_share=0.42, resets_at_s=NOW_S + 7200),
            QuotaWindow(name="7d", used_share=0.93, resets_at_s=NOW_S + 5 * 86400),
        ),
    )
    gateway.health.known["grok-cli"] = AccountStatus(
        account="grok-cli",
        state=AccountState.COOLING,
        until_s=NOW_S + 118,
        reason="It asked for a pause (429). It is left alone until then; the others answer.",
        last_error="429: Too many requests.",
        last_error_at_s=NOW_S - 62,
    )


def set_refused(gateway: PlainGateway) -> None:
    gateway.health.known["claude-cli"] = AccountStatus(
        account="claude-cli",
        state=AccountState.AUTH_REQUIRED,
        reason="Its sign-in was refused.",
        last_error="Not logged in · Please run /login",
        last_error_at_s=NOW_S - 62,
    )
