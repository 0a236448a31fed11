"""A desk with several providers in every state, and routes between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmgw_desktop.domain.provider import AccountState, AccountStatus, QuotaWindow
from llmgw_desktop.domain.routing.route import Consideration, RouteDecision, Strategy

if TYPE_CHECKING:
    from tests.ui.plain_gateway import PlainGateway

NOW_S = 1_763_730_118.0
FULL = """\
[http]
port = 3333

[providers.anthropic]
kind = "anthropic"
api_key_env = "ANTHROPIC_API_KEY"

# paid by the company
[providers.work-openai]
kind = "openai"
models = ["gpt-5.5", "gpt-5.5-mini", "o5", "gpt-5.5-codex", "text-embedding-4"]

[[providers.work-openai.accounts]]
name = "team"
api_key_env = "TEAM_KEY"

[[providers.work-openai.accounts]]
name = "reserve"
api_key_env = "RESERVE_KEY"
enabled = true

[providers.gemini]
kind = "google"
api_key_env = "MISSING_KEY"

[providers.groq]
kind = "groq"
api_key_env = "OWN_GROQ_KEY"
enabled = false

[providers.ollama]
kind = "openai-compatible"
base_url = "http://127.0.0.1:11434/v1"
models = ["qwen3-coder:30b", "llama3.3"]
local = true

# small things stay at home
[[routes]]
name = "background"
match = { client = "claude-code", model = "claude-haiku-*", max_input_tokens = 20000 }
to = ["ollama:qwen3-coder:30b", "work-openai:gpt-5.5-mini"]
strategy = "pinned"

[[routes]]
name = "reviews"
match = { client = "nightly-*" }
to = ["work-openai/reserve:gpt-5.5", "anthropic:claude-sonnet-5"]
strategy = "automatic"

[[routes]]
name = "off for now"
match = { project = "secret", protocol = "anthropic" }
to = ["ollama:llama3.3"]
enabled = false
"""


def set_full_scene(gateway: PlainGateway) -> None:
    """Ready, cooling, over quota, without a key, off, and on one's own computer."""
    for variable in ("ANTHROPIC_API_KEY", "TEAM_KEY", "RESERVE_KEY", "OWN_GROQ_KEY"):
        gateway.settings.env[variable] = f"key of {variable}"
    gateway.settings.write(FULL)
    for status in _STATUSES:
        gateway.health.known[status.account] = status
    gateway.explainer.decision = RouteDecision(
        candidates=(),
        rule="background",
        reason="It is from claude-code, asks for claude-haiku-* and is small.",
        strategy=Strategy.PINNED,
        considered=(
            Consideration(
                account="ollama", model="qwen3-coder:30b", rank=1, reason="First of the rule."
            ),
            Consideration(
                account="work-openai/reserve",
                model="gpt-5.5-mini",
                rank=2,
                reason="Next of the rule; 41 % of its quota is left.",
            ),
            Consideration(
                account="work-openai/team",
                model="gpt-5.5-mini",
                rank=None,
                reason="Left out: it is cooling for another 2 m after a 429.",
            ),
        ),
    )


_STATUSES = (
    AccountStatus(
        account="anthropic",
        windows=(
            QuotaWindow(name="requests", limit=4000, remaining=3871, resets_at_s=NOW_S + 41),
            QuotaWindow(name="tokens", limit=400_000, remaining=31_000, resets_at_s=NOW_S + 41),
            QuotaWindow(name="5h", used_share=0.36, resets_at_s=NOW_S + 11_500),
        ),
    ),
    AccountStatus(
        account="work-openai/team",
        state=AccountState.COOLING,
        until_s=NOW_S + 118,
        reason="It asked for a pause (429). It is left alone until then; the others answer.",
        failures=3,
        last_error="429: Rate limit reached for gpt-5.5 in organization org-x on tokens per min.",
        last_error_at_s=NOW_S - 62,
    ),
    AccountStatus(
        account="work-openai/reserve",
        windows=(QuotaWindow(name="tokens", used_share=0.59, resets_at_s=NOW_S + 300),),
    ),
)
