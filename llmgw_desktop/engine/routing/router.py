"""To whom: a requested model becomes the upstreams that may answer it, with the reason in words."""

from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from llmgw_desktop.domain.errors import NotServed, UnknownModel
from llmgw_desktop.domain.provider import (
    PRACTICE_PREFIX,
    PROTOCOLS_OF_KIND,
    ModelProtocol,
    Provider,
    ProviderKind,
    Upstream,
)
from llmgw_desktop.domain.route import Candidate, RouteDecision
from llmgw_desktop.engine.upstream.practice import PRACTICE_MODELS

LONGEST_NAME = 512
PRACTICE = Provider(name="practice", kind=ProviderKind.PRACTICE)


class Router:
    """Rules, first match wins, and a match that cannot answer is the end of the search:

    1. `practice/…` goes to the practice provider, and nothing else ever does.
    2. `NAME/model` or `NAME:model` goes to the provider of that name.
    3. A provider that lists the model.
    4. A provider that lists no models takes every name of its protocol.
    """

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = [provider for provider in providers if provider.enabled]
        self._by_name = {provider.name: provider for provider in self._providers}
        self._decisions: dict[tuple[ModelProtocol, str], RouteDecision] = {}

    def route(self, protocol: ModelProtocol, model: str) -> RouteDecision:
        """Raises UnknownModel, or NotServed where the model exists behind another protocol."""
        if len(model) > LONGEST_NAME:
            raise UnknownModel(model)
        decision = self._decisions.get((protocol, model))
        if decision is None:
            decision = self._decide(protocol, model)
            if len(self._decisions) < 1024:  # names come from outside: the table stays bounded
                self._decisions[protocol, model] = decision
        return decision

    @property
    def providers(self) -> Sequence[Provider]:
        return self._providers

    def _decide(self, protocol: ModelProtocol, model: str) -> RouteDecision:
        plain = unquote(model) if "%" in model else model
        if plain.startswith(PRACTICE_PREFIX):
            if plain not in PRACTICE_MODELS:
                raise UnknownModel(plain)
            return _decision(protocol, [(PRACTICE, plain)], "The name asks for practice.")
        for rule in (self._named, self._listing, self._taking_all):
            matches = list(rule(model))
            served = [match for match in matches if protocol in PROTOCOLS_OF_KIND[match[0].kind]]
            if served:
                return _decision(protocol, served, _reason(served[0], model))
            if matches and rule is not self._taking_all:
                # It was meant for this provider: no other one may see it.
                raise NotServed(
                    f"'{model}' is served by '{matches[0][0].name}', which does not take "
                    f"{protocol} requests. Ask it in its own protocol."
                )
        raise UnknownModel(model)

    def _named(self, model: str) -> Iterator[tuple[Provider, str]]:
        for mark in ("/", ":"):
            name, found, rest = model.partition(mark)
            if found and rest and name in self._by_name:
                yield self._by_name[name], rest

    def _listing(self, model: str) -> Iterator[tuple[Provider, str]]:
        return ((each, model) for each in self._providers if model in each.models)

    def _taking_all(self, model: str) -> Iterator[tuple[Provider, str]]:
        return ((each, model) for each in self._providers if not each.models)


def _decision(
    protocol: ModelProtocol, matches: Sequence[tuple[Provider, str]], reason: str
) -> RouteDecision:
    provider, model = matches[0]
    upstream = Upstream(
        provider=provider.name,
        kind=provider.kind,
        protocol=protocol,
        base_url=provider.base_url,
        api_key=provider.api_key,
    )
    return RouteDecision(candidates=(Candidate(upstream=upstream, model=model),), reason=reason)


def _reason(match: tuple[Provider, str], asked: str) -> str:
    provider, model = match
    if model != asked:
        return f"The name asks for provider '{provider.name}'."
    if model in provider.models:
        return f"'{provider.name}' lists this model."
    return f"'{provider.name}' takes every model of its protocol."
