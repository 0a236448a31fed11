"""Who may answer: a provider's account with the name that it knows the model by."""

from collections.abc import Callable, Iterable, Sequence

from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import (
    DEFAULT_ACCOUNT,
    Account,
    CredentialKind,
    ModelProtocol,
    Provider,
    Upstream,
    account_id,
)
from llmgw_desktop.domain.routing.route import Candidate, Consideration
from llmgw_desktop.domain.values import value

TRANSLATED = frozenset({Operation.GENERATE, Operation.COUNT_TOKENS})
"""What can be asked of a provider that speaks another protocol than the caller."""
_ONLY_UNTRANSLATED = {Operation.EMBED: "embeddings", Operation.COMPACT: "compaction"}
_KINDRED = {
    ModelProtocol.OPENAI_RESPONSES: ModelProtocol.CODEX,
    ModelProtocol.CODEX: ModelProtocol.OPENAI_RESPONSES,
}
"""Two flavours of one protocol: the least is lost between them."""


@value
class Lead:
    """Where a name or a rule leads: a provider, and a model there."""

    provider: Provider
    model: str
    reason: str
    account: str = ""
    """Empty: any account of the provider."""
    is_named: bool = False
    """A person or a program asked for this very provider."""


@value
class RouteChoice:
    """One that may answer, with all that never changes while the settings stay."""

    candidate: Candidate
    account: str
    model: str
    problem: str
    """Why it cannot be asked as the settings stand."""
    credential: CredentialKind
    priority: int
    weight: int
    tier: int
    """What comes before everything else: the caller's own protocol, earlier names of an alias."""
    place: int
    """Among the leads, as they were found."""
    reason: str
    price: float | None = None
    """Of a million tokens, as far as it is known."""


class Upstreams:
    """Makes each only once, for all models that it has."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str, ModelProtocol], tuple[Upstream, CredentialKind]] = {}

    def of(
        self, provider: Provider, account: Account, protocol: ModelProtocol
    ) -> tuple[Upstream, CredentialKind]:
        """As it is spoken with by callers of this protocol, and what opens it."""
        key = provider.name, account.name, protocol
        made = self._made.get(key)
        if made is None:
            upstream = Upstream.of(provider, spoken_with(provider, protocol), account)
            made = self._made[key] = upstream, provider.credential_of(account)
        return made


class RouteChoices:
    """Makes them of leads and remembers those that were left out, each with its reason."""

    def __init__(
        self,
        protocol: ModelProtocol,
        operation: Operation,
        upstreams: Upstreams,
        price: Callable[[Upstream, str], float | None],
    ) -> None:
        self._upstreams = upstreams
        self._protocol = protocol
        self._operation = operation
        self._price = price
        self.found: list[RouteChoice] = []
        self.left_out: list[Consideration] = []
        self._places: set[tuple[str, str]] = set()

    def add(
        self, leads: Iterable[Lead], *, tier: int = 0, own_protocol_first: bool = False
    ) -> None:
        for lead in leads:
            speaks = self._protocol in lead.provider.spoken
            if not lead.provider.enabled:
                self._leave_out(lead, lead.account, "The provider is switched off.")
            elif not speaks and self._operation not in TRANSLATED:
                self._leave_out(
                    lead, lead.account, f"It does not take {asked_for(self._operation)}."
                )
            else:
                level = 2 * tier + (own_protocol_first and not speaks)
                self._add_accounts(lead, level)

    def _add_accounts(self, lead: Lead, tier: int) -> None:
        place = len(self.found)
        for account in lead.provider.accounts:
            if lead.account not in ("", account.name):
                continue
            upstream, credential = self._upstreams.of(lead.provider, account, self._protocol)
            if not account.enabled:
                self._leave_out(lead, account.name, "The account is switched off.")
            elif credential is CredentialKind.SIGN_IN and not lead.is_named:
                self._leave_out(
                    lead, account.name, "A subscription answers only where it is named."
                )
            elif (upstream.account, lead.model) not in self._places:
                self._places.add((upstream.account, lead.model))  # two leads may come to the same
                self.found.append(
                    RouteChoice(
                        candidate=Candidate(upstream=upstream, model=lead.model),
                        account=upstream.account,
                        model=lead.model,
                        problem=upstream.key_problem,
                        credential=credential,
                        priority=account.priority,
                        weight=account.weight,
                        tier=tier,
                        place=place,
                        reason=lead.reason,
                        price=self._price(upstream, lead.model),
                    )
                )

    def _leave_out(self, lead: Lead, account: str, why: str) -> None:
        name = account_id(lead.provider.name, account or DEFAULT_ACCOUNT)
        self.left_out.append(Consideration(account=name, model=lead.model, rank=None, reason=why))


def asked_for(operation: Operation) -> str:
    return f"requests for {_ONLY_UNTRANSLATED.get(operation, str(operation))}"


def not_taken(model: str, names: Sequence[str], operation: Operation, protocol: str) -> str:
    """Why a model that exists does not answer this."""
    shown = ", ".join(f"'{name}'" for name in dict.fromkeys(names))
    return (
        f"'{model}' is served by {shown}, which does not take {asked_for(operation)} in "
        f"{protocol}. Ask a model of a provider that speaks {protocol}."
    )


def spoken_with(provider: Provider, protocol: ModelProtocol) -> ModelProtocol:
    if protocol in provider.spoken:
        return protocol
    kindred = _KINDRED.get(protocol)
    if kindred is not None and kindred in provider.spoken:
        return kindred
    return provider.spoken[0]
