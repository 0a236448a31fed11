"""Programs that share one client's key, by what each says that it is: seen, and bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from llmgw_desktop.app.account_words import ago_text
from llmgw_desktop.app.client_desk.limit_words import budget_lines, rate_name
from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.domain.flight import SeenLabel
from llmgw_desktop.domain.policy import ClientPolicy, Spent

LabelSpent = Mapping[str, Sequence[Spent]]
"""How a label's own budgets stand, by the label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLine:
    """One of them. Its name is its own word: it proves nothing."""

    label: str
    name: str
    words: str


def caller_lines(
    seen: Sequence[SeenLabel], policies: Sequence[ClientPolicy], spent: LabelSpent, now_s: float
) -> tuple[CallerLine, ...]:
    """Who asked last first; then those that only the settings name."""
    known = {each.label: each for each in seen}
    bounds = {each.client: each for each in policies}
    labels = [*known, *(label for label in bounds if label not in known)]
    return tuple(
        CallerLine(
            label=label,
            name=inert_line(label, 60),
            words=_words(known.get(label), bounds.get(label), spent.get(label, ()), now_s),
        )
        for label in labels
    )


def _words(
    seen: SeenLabel | None, policy: ClientPolicy | None, spent: Sequence[Spent], now_s: float
) -> str:
    asked = "has not asked yet"
    if seen is not None:
        asked = f"{counted(seen.flights, 'flight')}, last {ago_text(seen.last_at_s, now_s)}"
    lines = budget_lines(policy, spent, now_s)
    budgets = [f"{each.name}: {each.left}" if spent else each.name for each in lines]
    rates = [rate_name(each) for each in policy.rate_limits] if policy is not None else []
    return " · ".join([asked, *budgets, *rates])
