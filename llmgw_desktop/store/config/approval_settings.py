"""The `[approvals]` table: the gate's policy, and the floor under each kind of caller.

A fault here stops the start: what is meant to hold callers back is never guessed.
"""

from collections.abc import Mapping

from llmgw_desktop.domain.approval import (
    STRATEGIES,
    ApprovalPolicy,
    ApprovalSettings,
    ApprovalStrategy,
    Asking,
    Unattended,
    stricter,
)
from llmgw_desktop.domain.principal import REMOTE_KINDS, PrincipalKind
from llmgw_desktop.store.config.known_setting import Known
from llmgw_desktop.store.config.values import Unfit, WholeNumber, Word, YesNo

_KINDS = ", ".join(PrincipalKind)
_WORDS = " or ".join(f'"{each}"' for each in STRATEGIES)


class Floor:
    """A strategy for each kind of caller; what is left out stays as it is."""

    expected = f'a table such as {{ key = "mcp_managed" }}: of {_KINDS} to {_WORDS}'

    def read(self, raw: object) -> Mapping[PrincipalKind, ApprovalStrategy]:
        if not isinstance(raw, Mapping):
            raise Unfit(self.expected)
        floor = dict(ApprovalSettings().floor)
        for name, word in raw.items():
            if name not in set(PrincipalKind) or word not in set(ApprovalStrategy):
                raise Unfit(self.expected)
            kind, said = PrincipalKind(name), ApprovalStrategy(word)
            if kind in REMOTE_KINDS and stricter(said, floor[kind]) is not said:
                raise Unfit(
                    f'"{floor[kind]}" for {kind}: callers who may sit anywhere are never less than'
                    " managed"
                )
            floor[kind] = said
        return floor

    def read_text(self, text: str) -> Mapping[PrincipalKind, ApprovalStrategy]:
        """A variable's text holds no table."""
        raise Unfit(self.expected)


APPROVALS: tuple[Known, ...] = (
    Known(
        table="approvals",
        key="policy",
        value=Word(words=ApprovalPolicy),
        env=("LLM_GATEWAY_APPROVAL_POLICY",),
        meaning="How much the gate lets a managed run ask for: [approval-gate.md]"
        "(approval-gate.md). Who is held to the gate may name a stricter one, no other.",
    ),
    Known(
        table="approvals",
        key="allow_bypass",
        value=YesNo(),
        env=("LLM_GATEWAY_APPROVAL_ALLOW_BYPASS",),
        meaning="Whether a managed run may do everything unasked, if it asks for that and its "
        "score passes.",
    ),
    Known(
        table="approvals",
        key="log_prompts",
        value=YesNo(),
        env=("APPROVAL_LOG_PROMPTS",),
        meaning="Whether records hold the first 280 characters of the prompt; else its digest "
        "alone.",
    ),
    Known(
        table="approvals",
        key="floor",
        value=Floor(),
        meaning="The least for each kind of caller: `local`, `key`, `bearer`, `proxied`, `oauth`. "
        "The last three are managed, and nothing lowers that.",
    ),
    Known(
        table="approvals",
        key="answer_within_minutes",
        value=WholeNumber(least=1, most=1440),
        meaning="What an agent asked and nobody answered is denied then.",
    ),
    Known(
        table="approvals",
        key="unattended",
        value=Word(words=Unattended),
        meaning="What an agent asks while no window is there and no `llmgw approvals` waits: "
        "`wait` for whoever comes in time, or `deny` at once.",
    ),
    Known(
        table="approvals",
        key="agents",
        value=Word(words=Asking),
        meaning="`ask`: every job asks a person before its agent acts, whatever its request says, "
        "and those of CLIs that cannot ask are refused: [approvals.md](approvals.md).",
    ),
)
