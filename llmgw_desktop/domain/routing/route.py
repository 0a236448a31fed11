"""To whom a request goes, and why."""

from collections.abc import Sequence
from dataclasses import field
from enum import StrEnum

from llmgw_desktop.domain.access.principal import PIN_MARK
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.policy import Budget
from llmgw_desktop.domain.provider import ModelProtocol, Upstream
from llmgw_desktop.domain.values import value


class Strategy(StrEnum):
    """The order in which the candidates of a route are tried."""

    ACCOUNT_POOL_FIRST = "account-pool-first"
    """Subscriptions before API keys; among equals by priority and weight."""
    API_KEY_FIRST = "api-key-first"
    AUTOMATIC = "automatic"
    """By quota left, price and latency."""
    PINNED = "pinned"
    """As the rule lists them."""


@value
class RouteMatch:
    """Which requests a rule is for; what is left out matches all. Names may hold `*` and `?`."""

    client: str = "*"
    clients: tuple[str, ...] = ()
    """Any of these, where there are several; `client` is then left out."""
    label: str = "*"
    """What the caller says of itself; no proof of anything."""
    model: str = "*"
    protocol: ModelProtocol | None = None
    project: str = "*"
    operation: Operation | None = None
    min_input_tokens: int | None = None
    max_input_tokens: int | None = None
    """Estimated before anybody is asked; both bounds belong to the range."""

    @property
    def whose(self) -> tuple[str, ...]:
        """Patterns of clients, one of which has to fit."""
        return self.clients or (self.client,)


@value
class RouteTarget:
    """`provider:model`, `provider/account:model`, or without a model: the one asked for."""

    provider: str
    account: str = ""
    """Empty: any account of the provider."""
    model: str = ""


@value
class RouteRule:
    """One `[[routes]]` table; the first that matches is used."""

    name: str
    match: RouteMatch = field(default_factory=RouteMatch)
    to: tuple[RouteTarget, ...]
    strategy: Strategy = Strategy.ACCOUNT_POOL_FIRST
    keeps_conversations: bool = True
    """A conversation stays with the account that answered it, so that its prompt cache stays
    warm."""
    enabled: bool = True
    cache_s: float = 0.0
    """How long an answer is given again to who asks the same; 0: never."""
    cache_similarity: float = 0.0
    """How near, as a cosine, another question must be to be given it too; 0: only the same."""
    line: int = 0
    """Of the settings file."""


@value
class FolderPin:
    """One `[pins.NAME]` table: what comes by the folder's own base URL leaves through its account,
    or is refused."""

    name: str
    folder: str
    provider: str
    account: str
    """Of the provider; empty where it has one."""
    model: str = ""
    """Who answers, whatever was asked for; empty: the model that was."""
    budgets: tuple[Budget, ...] = ()
    """Of all that comes by its base URL together."""

    @property
    def label(self) -> str:
        return f"{PIN_MARK}{self.name}"

    @property
    def place(self) -> str:
        """`provider/account`, or the provider alone."""
        return f"{self.provider}/{self.account}" if self.account else self.provider


@value
class Alias:
    """One line of `[aliases]`: a name that stands for others, tried in order."""

    name: str
    to: tuple[str, ...]
    """As programs could ask for them: `model`, `provider/model`, `provider/account:model`, or
    another alias."""
    line: int = 0


@value
class RouteQuestion:
    """All that routing may know of a request."""

    protocol: ModelProtocol
    model: str
    operation: Operation = Operation.GENERATE
    client: str = ""
    project: str = ""
    """Empty for requests of no project."""
    input_tokens: int | None = None
    """An estimate; None where nobody asked for one."""
    label: str = ""
    """What the caller says of itself; empty where it says nothing."""
    conversation: str = ""
    """The same for all turns of one conversation; empty where that cannot be told."""
    strict: bool = False
    """Only the first candidate may answer."""


@value
class Candidate:
    """An upstream with the model name that it knows."""

    upstream: Upstream
    model: str


@value
class Consideration:
    """What was said of one candidate when the decision was made."""

    account: str
    model: str
    rank: int | None
    """Its place in the order, from 1; None where it was left out."""
    reason: str


@value
class PassedRule:
    """A rule that stood before the one that decided, and why it did not match."""

    name: str
    """Empty for a line that only counts further ones."""
    why: str


@value
class RouteDecision:
    """One use of the routing rules: candidates in the order they are tried, the reason in words."""

    candidates: tuple[Candidate, ...]
    reason: str
    rule: str = ""
    """The name of the rule that matched; empty where none of the person's did."""
    strategy: Strategy = Strategy.PINNED
    considered: Sequence[Consideration] = ()
    """All that could have answered, each with its reason. Put into words when it is read."""
    passed: Sequence[PassedRule] = ()
    """The rules before that one; all, where none matched. Put into words when it is read."""
    strict: bool = False
    conversation: str = ""
    """Under which a good answer is to be remembered; empty where there is no choice to keep."""


@value
class RouteStep:
    """What one rule said to a question."""

    rule: RouteRule
    matched: bool
    why: str
