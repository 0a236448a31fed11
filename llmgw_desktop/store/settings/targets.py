"""What routes and aliases lead to: `provider`, `provider:model`, `provider/account:model`."""

from collections.abc import Sequence

from llmgw_desktop.domain.provider import (
    DEFAULT_ACCOUNT,
    KINDS,
    PRACTICE_PREFIX,
    Provider,
    ProviderKind,
)
from llmgw_desktop.domain.routing.route import RouteTarget
from llmgw_desktop.domain.setting import Unfit

PRACTICE = "practice"
LONGEST_NAME = 200


class KnownPlaces:
    """The providers and accounts of one settings file."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = {provider.name: provider for provider in providers}
        self._own = [each.name for each in providers if each.kind is not ProviderKind.CLI]
        self._takes_any = any(
            not each.models and not KINDS[each.kind].by_name_only for each in providers
        )
        self._listed = {
            model
            for provider in providers
            if not KINDS[provider.kind].by_name_only
            for model in provider.models
        }

    def target(self, text: object) -> RouteTarget:
        """Raises Unfit, which says what is wrong with it."""
        if not isinstance(text, str) or not is_name(text):
            raise Unfit('expected a text such as "provider:model" or "provider/account:model"')
        place, colon, model = text.partition(":")
        provider, _, account = place.partition("/")
        if colon and not model:
            raise Unfit(f'expected a model behind the colon of "{text}"')
        if provider == PRACTICE:
            return self._practice(account, model)
        found = self._providers.get(provider)
        if found is None:
            raise Unfit(f'there is no provider "{provider}"{self._have(self._own)}')
        if account:
            self._check_account(found, account, text)
        return RouteTarget(provider=provider, account=account, model=model)

    def check_name(self, name: str) -> None:
        """Whether a model's name, as a program could ask for it, leads anywhere. Raises Unfit."""
        for mark in ("/", ":"):
            head, found, rest = name.partition(mark)
            if found and head in self._providers:
                if not rest:
                    raise Unfit(f'expected a model behind "{head}{mark}"')
                account, colon, model = rest.partition(":")
                names = [each.name for each in self._providers[head].accounts]
                if mark == "/" and colon and not model and account in names:
                    raise Unfit(f'expected a model behind "{name}"')
                return
        if name.startswith(PRACTICE_PREFIX) or name in self._listed or self._takes_any:
            return
        raise Unfit(
            f'"{name}" leads nowhere: it names no provider, and none lists it'
            f"{self._have(self._own)}"
        )

    def is_provider(self, name: str) -> bool:
        return name == PRACTICE or name in self._providers

    def _practice(self, account: str, model: str) -> RouteTarget:
        if account or not model:
            raise Unfit('expected one of its models behind practice, as in "practice:echo"')
        model = model if model.startswith(PRACTICE_PREFIX) else PRACTICE_PREFIX + model
        return RouteTarget(provider=PRACTICE, model=model)

    def _check_account(self, provider: Provider, account: str, text: str) -> None:
        names = [each.name for each in provider.accounts]
        if account in names:
            return
        if ":" not in text and names == [DEFAULT_ACCOUNT]:
            hint = f'; for a model write "{provider.name}:{account}"'
        else:
            hint = self._have(names)
        raise Unfit(f'provider "{provider.name}" has no account "{account[:80]}"{hint}')

    @staticmethod
    def _have(names: Sequence[str]) -> str:
        shown = ", ".join(names[:8])
        return f" (there are: {shown})" if shown else ""


def is_name(text: str) -> bool:
    return text.strip() == text and 0 < len(text) <= LONGEST_NAME and text.isprintable()
