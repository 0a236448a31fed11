"""Which providers a model's name leads to, without any rule of a person's.

In this order, the first that finds somebody counts: an alias; `practice/…`; the provider that the
name begins with; whoever lists the model; its vendor; and for strangers' names the first provider
that takes every name in the caller's protocol.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.provider import (
    KINDS,
    PRACTICE_PREFIX,
    ModelProtocol,
    Provider,
    ProviderKind,
)
from llmgw_desktop.domain.routing.route import Alias, RouteTarget
from llmgw_desktop.engine.routing.choices import Lead
from llmgw_desktop.engine.upstream.practice import PRACTICE_MODELS
from llmgw_desktop.wire.models import ModelEntry

PRACTICE = Provider(name="practice", kind=ProviderKind.PRACTICE)
_FAMILIES = tuple((re.compile(facts.models), kind) for kind, facts in KINDS.items() if facts.models)
"""How vendors call their own models."""


class Directory:
    """Made anew with the settings."""

    def __init__(self, providers: Sequence[Provider], aliases: Sequence[Alias]) -> None:
        self._all = {provider.name: provider for provider in providers}
        self._practice = self._all.setdefault(PRACTICE.name, PRACTICE)
        self._others = [each for each in providers if not KINDS[each.kind].by_name_only]
        self.enabled = [each for each in self._others if each.enabled]
        self._aliases = {alias.name: alias.to for alias in aliases}

    @property
    def offers_practice(self) -> bool:
        return self._practice.enabled

    def expanded(self, model: str) -> list[str]:
        """The names that this one stands for, in order; itself where it is no alias.

        Ends whatever the aliases say: none is gone into twice.
        """
        names: dict[str, None] = {}
        seen: set[str] = set()
        waiting = [model]
        while waiting:
            name = waiting.pop()
            if name in self._aliases and name not in seen:
                seen.add(name)
                waiting += reversed(self._aliases[name])
            elif name not in self._aliases:
                names[name] = None
        return list(names)

    def listed_aliases(self) -> list[ModelEntry]:
        """Those that lead to somebody who is switched on, with the names that do."""
        return [entry for name in self._aliases if (entry := self._listed(name)) is not None]

    def meant_provider(self, name: str) -> str:
        """The provider that a name asks for by beginning with it, switched on or not; else ''."""
        if plain_name(name).startswith(PRACTICE_PREFIX):
            return PRACTICE.name
        named = self._named(name)
        return named[0].name if named is not None else ""

    def leads(self, name: str, protocol: ModelProtocol) -> list[Lead]:
        """Of one name that is no alias; switched-off providers are among them where the name is
        theirs."""
        plain = plain_name(name)
        if plain.startswith(PRACTICE_PREFIX):
            return self._to_practice(plain, "The name asks for practice.")
        named = self._named(name)
        listing = [each for each in self._others if name in each.models]
        if named is not None and (named[0].enabled or not _any_on(listing)):
            provider, account, rest = named
            reason = f"The name asks for provider '{provider.name}'."
            return [
                Lead(provider=provider, account=account, model=rest, reason=reason, is_named=True)
            ]
        if listing and _any_on(listing):
            return [
                Lead(provider=each, model=name, reason=f"'{each.name}' lists this model.")
                for each in listing
            ]
        # a switched-off provider's own model is no stranger's: nobody else gets it for that
        return [*self._of_its_family(name)] or (
            [Lead(provider=each, model=name, reason="") for each in listing]
            or [*self._taking_all(name, protocol)][:1]
        )

    def target(self, target: RouteTarget, asked: str, reason: str) -> list[Lead]:
        """Of a rule. Without a model of its own it is asked for what the program asked for."""
        provider = self._all.get(target.provider)
        if provider is None:
            return []
        account, model = target.account, target.model
        if not model:
            own, model = self._asked_of(provider.name, asked)
            account = account or own
        if provider.kind is ProviderKind.PRACTICE:
            return self._to_practice(model, reason)
        return [
            Lead(
                provider=provider,
                account=account,
                model=model,
                reason=reason,
                is_named=True,
            )
        ]

    def _asked_of(self, provider: str, asked: str) -> tuple[str, str]:
        """(Account, model) that a name asks of this provider: the first that it stands for and
        that is not meant for another."""
        for name in self.expanded(asked):
            named = self._named(name)
            if named is None:
                return "", name
            if named[0].name == provider:
                return named[1], named[2]
        return "", asked

    def _listed(self, alias: str) -> ModelEntry | None:
        owners = {name: self._owner(name) for name in self.expanded(alias)}
        stands_for = tuple([name for name, owner in owners.items() if owner])
        if not stands_for:
            return None
        owner = owners[stands_for[0]]
        return ModelEntry(
            id=alias,
            provider=owner,
            is_practice=owner == self._practice.name,
            stands_for=stands_for,
        )

    def _owner(self, name: str) -> str:
        """The first who is switched on and has it, in whatever protocol; empty if nobody has."""
        leads = (lead for protocol in ModelProtocol for lead in self.leads(name, protocol))
        return next((lead.provider.name for lead in leads if lead.provider.enabled), "")

    def _to_practice(self, name: str, reason: str) -> list[Lead]:
        if name not in PRACTICE_MODELS:
            return []
        return [Lead(provider=self._practice, model=name, reason=reason, is_named=True)]

    def _named(self, name: str) -> tuple[Provider, str, str] | None:
        """`NAME/model`, `NAME:model` or `NAME/account:model`."""
        for mark in ("/", ":"):
            head, found, rest = name.partition(mark)
            provider = self._all.get(head) if found and rest else None
            if provider is None or provider.kind is ProviderKind.PRACTICE:
                continue
            account, colon, model = rest.partition(":")
            if mark == "/" and colon and model and _has_account(provider, account):
                return provider, account, model
            return provider, "", rest
        return None

    def _of_its_family(self, model: str) -> Iterator[Lead]:
        kind = next((kind for family, kind in _FAMILIES if family.match(model)), None)
        for each in self.enabled:
            if each.kind is kind and not each.models:
                yield Lead(provider=each, model=model, reason=f"'{each.name}' is its vendor.")

    def _taking_all(self, model: str, protocol: ModelProtocol) -> Iterator[Lead]:
        for each in self.enabled:
            if not each.models and protocol in each.spoken:
                reason = f"'{each.name}' takes every model in {protocol}."
                yield Lead(provider=each, model=model, reason=reason)


def plain_name(model: str) -> str:
    """A slash in a model's name may come encoded."""
    return unquote(model) if "%" in model else model


def _any_on(providers: Sequence[Provider]) -> bool:
    return any(each.enabled for each in providers)


def _has_account(provider: Provider, name: str) -> bool:
    return any(account.name == name for account in provider.accounts)


def chosen_model(provider: str, model: str, providers: Iterable[Provider]) -> str:
    """Where no model is named, the first that is listed. Raises MalformedRequest."""
    if f"{provider}/" == PRACTICE_PREFIX and model.startswith(PRACTICE_PREFIX):
        return model  # its models are listed under their whole names
    if provider and model:
        return f"{provider}/{model}"
    if model:
        return model
    for each in providers:
        anybody = not provider and not KINDS[each.kind].by_name_only
        if each.models and (anybody or provider == each.name):
            return f"{each.name}/{each.models[0]}"
    raise MalformedRequest(
        "name one of GET /v1/models; none can be chosen for you, because no provider lists "
        "its models in the settings",
        path="$.model",
    )
