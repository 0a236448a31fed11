"""To whom: a requested model becomes the upstreams that may answer it, with the reason in words."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from llmgw_desktop.domain.errors import NotServed, UnknownModel
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import (
    PRACTICE_PREFIX,
    ModelProtocol,
    Provider,
    ProviderKind,
    Upstream,
)
from llmgw_desktop.domain.route import Candidate, RouteDecision
from llmgw_desktop.engine.upstream.practice import PRACTICE_MODELS

LONGEST_NAME = 512
PRACTICE = Provider(name="practice", kind=ProviderKind.PRACTICE)
_FAMILIES = (
    (re.compile(r"claude-"), ProviderKind.ANTHROPIC),
    (
        re.compile(r"(?:gpt-(?!oss)|chatgpt-|codex-|o[1-9](?:-|$)|text-embedding-)"),
        ProviderKind.OPENAI,
    ),
    (re.compile(r"gemini-"), ProviderKind.GOOGLE),
)
"""How vendors call their own models."""
_KINDRED = {
    ModelProtocol.OPENAI_RESPONSES: ModelProtocol.CODEX,
    ModelProtocol.CODEX: ModelProtocol.OPENAI_RESPONSES,
}
"""Two flavours of one protocol: the least is lost between them."""
_Match = tuple[Provider, str]
_Decided = tuple[ModelProtocol, str, Operation]


class Router:
    """Rules, first match wins, and a match that cannot answer is the end of the search:

    1. `practice/…` goes to the practice provider, and nothing else ever does.
    2. `NAME/model` or `NAME:model` goes to the provider of that name.
    3. A provider that lists the model.
    4. A provider that lists no models takes every name of its protocol, and the names of its
       vendor's own models in every protocol.

    Among matches of one rule those that speak the caller's protocol come first; for the others
    the request is translated.
    """

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = [provider for provider in providers if provider.enabled]
        self._by_name = {provider.name: provider for provider in self._providers}
        self._decisions: dict[_Decided, RouteDecision] = {}

    def route(
        self,
        protocol: ModelProtocol,
        model: str,
        operation: Operation = Operation.GENERATE,
    ) -> RouteDecision:
        """Raises UnknownModel, or NotServed where the model exists and cannot answer this."""
        if len(model) > LONGEST_NAME:
            raise UnknownModel(model)
        asked = (protocol, model, operation)
        decision = self._decisions.get(asked)
        if decision is None:
            decision = self._decide(asked)
            if len(self._decisions) < 1024:  # names come from outside: the table stays bounded
                self._decisions[asked] = decision
        return decision

    @property
    def providers(self) -> Sequence[Provider]:
        return self._providers

    def _decide(self, asked: _Decided) -> RouteDecision:
        protocol, model, operation = asked
        may_translate = operation in TRANSLATED
        plain = unquote(model) if "%" in model else model
        if plain.startswith(PRACTICE_PREFIX):
            if plain not in PRACTICE_MODELS:
                raise UnknownModel(plain)
            if protocol not in PRACTICE.spoken and not may_translate:
                raise NotServed(f"Practice does not take {_asked_for(operation, protocol)}")
            return _decision(protocol, (PRACTICE, plain), "The name asks for practice.")
        for rule in (self._named, self._listing, self._of_its_family, self._taking_all):
            matches = list(rule(model))
            for match in matches:
                if protocol in match[0].spoken:
                    return _decision(protocol, match, _reason(match, model))
            if rule == self._taking_all or not matches:
                continue  # a stranger's name is nobody's business but of whom speaks its protocol
            if may_translate:
                return _decision(protocol, matches[0], _reason(matches[0], model))
            # It was meant for this provider: no other one may see it.
            raise NotServed(
                f"'{model}' is served by '{matches[0][0].name}', which does not take "
                f"{_asked_for(operation, protocol)}"
            )
        raise UnknownModel(model)

    def _named(self, model: str) -> Iterator[_Match]:
        for mark in ("/", ":"):
            name, found, rest = model.partition(mark)
            if found and rest and name in self._by_name:
                yield self._by_name[name], rest

    def _listing(self, model: str) -> Iterator[_Match]:
        return ((each, model) for each in self._providers if model in each.models)

    def _of_its_family(self, model: str) -> Iterator[_Match]:
        kind = next((kind for family, kind in _FAMILIES if family.match(model)), None)
        return (match for match in self._taking_all(model) if match[0].kind is kind)

    def _taking_all(self, model: str) -> Iterator[_Match]:
        return ((each, model) for each in self._providers if not each.models)


TRANSLATED = frozenset({Operation.GENERATE, Operation.COUNT_TOKENS})
"""What can be asked of a provider that speaks another protocol than the caller."""
_ONLY_UNTRANSLATED = {Operation.EMBED: "embeddings", Operation.COMPACT: "compaction"}


def _asked_for(operation: Operation, protocol: ModelProtocol) -> str:
    what = _ONLY_UNTRANSLATED.get(operation, str(operation))
    return f"requests for {what} in {protocol}. Ask a model of a provider that speaks {protocol}."


def _decision(protocol: ModelProtocol, match: _Match, reason: str) -> RouteDecision:
    provider, model = match
    upstream = Upstream.of(provider, _spoken_with(provider, protocol))
    return RouteDecision(candidates=(Candidate(upstream=upstream, model=model),), reason=reason)


def _spoken_with(provider: Provider, protocol: ModelProtocol) -> ModelProtocol:
    if protocol in provider.spoken:
        return protocol
    kindred = _KINDRED.get(protocol)
    if kindred is not None and kindred in provider.spoken:
        return kindred
    return provider.spoken[0]


def _reason(match: _Match, asked: str) -> str:
    provider, model = match
    if model != asked:
        return f"The name asks for provider '{provider.name}'."
    if model in provider.models:
        return f"'{provider.name}' lists this model."
    return f"'{provider.name}' takes every model of its protocol and of its vendor."
