"""The providers as a person sees them: how each stands, with what accounts, in ready words.

Nothing is read here; `providers.py` brings the settings and what is known of the accounts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from enum import StrEnum
from urllib.parse import urlsplit

from llmgw_desktop.app.providers.usage import (
    QuotaLine,
    ago_text,
    credential_words,
    quota_line,
    settled,
    span_text,
    state_words,
    with_kept,
)
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.provider import (
    DEFAULT_ACCOUNT,
    KINDS,
    OWN_BUDGET,
    Account,
    AccountState,
    AccountStatus,
    CredentialKind,
    Provider,
    ProviderKind,
    account_id,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.front.guard import is_loopback
from llmgw_desktop.engine.routing.failures import TABLE, FailureKind

_NO_KEY = "no key is set"
_NO_WAY = "no way to it"
_MODELS_SHOWN = 4
_WORST_FIRST = (
    AccountState.AUTH_REQUIRED,
    AccountState.OVER_QUOTA,
    AccountState.COOLING,
    AccountState.READY,
    AccountState.OFF,
)


class Trial(StrEnum):
    """What is known of an account that nothing speaks against."""

    NONE = "not tried yet"
    FAILED = "its test failed"


Tests = Mapping[str, tuple[float, bool]]
"""By accounts: when it was tested last, and whether it answered well."""


@value
class KnownOfAccounts:
    """What is known beside the settings, by accounts."""

    statuses: Mapping[str, AccountStatus]
    used: Callable[[str], str] = lambda _: ""
    """What was used of it of late."""
    tests: Tests = field(default_factory=dict)


@value
class AccountLine:
    """One credential on its provider's card."""

    id: str
    name: str
    credential: str
    used: str
    """«24 h: 34 requests, 1.2M tokens in»; empty where it was not used."""
    state: AccountState
    words: str
    reason: str
    """What happened and what to do; empty when all is well."""
    last_error: str
    quotas: tuple[QuotaLine, ...]
    can_ask_again: bool
    """Whether its pause can be ended by a person."""
    wants_key: bool
    awaits_key: bool
    """The vault lacks its key, and any program may put it there."""
    can_be_switched: bool
    """By itself: the default account is its provider's own key, and has no table."""
    trial: "Trial | None" = None


@value
class ProviderCard:
    """All that the page and the tray show of one provider."""

    name: str
    kind: str
    address: str
    state: AccountState
    words: str
    """«ready», «cooling 2 m», «1 of 2 accounts ready»."""
    models: str
    enabled: bool
    is_practice: bool
    spending: str = ""
    """«2 under way · today 34 requests, $3.20»; empty where there is nothing to tell."""
    trial: Trial | None = None
    accounts: tuple[AccountLine, ...]

    @property
    def counts_down(self) -> bool:
        """Whether its words change as time goes by, or with a key from the command line."""
        waiting = (AccountState.COOLING, AccountState.OVER_QUOTA)
        return any(
            each.state in waiting or each.quotas or each.can_ask_again or each.awaits_key
            for each in self.accounts
        )


def card_of(
    provider: Provider,
    known: KnownOfAccounts,
    now_s: float,
    *,
    listed: str = "",
    missing_entry: Callable[[str], str] = lambda _: "",
) -> ProviderCard:
    """`listed`: what the provider itself said of its models, when it was asked."""
    lines = tuple(
        _line(
            provider,
            account,
            known,
            now_s=now_s,
            problem=provider.key_problem(account)
            or missing_entry(account.vault)
            or missing_entry(provider.way.vault)
            or provider.way.problem,
        )
        for account in provider.accounts
    )
    state, words, trial = _standing(provider, lines)
    return ProviderCard(
        name=provider.name,
        kind=KINDS[provider.kind].title,
        address=_address(provider),
        state=state,
        words=words,
        models=_models(provider, listed),
        trial=trial,
        enabled=provider.enabled,
        is_practice=provider.kind is ProviderKind.PRACTICE,
        accounts=lines,
    )


def with_reserve(card: ProviderCard, kept: float) -> ProviderCard:
    """`kept`: the share of each window that is kept for the person."""
    if not kept:
        return card
    lines = (replace(each, quotas=with_kept(each.quotas, kept)) for each in card.accounts)
    return replace(card, accounts=tuple(lines))


def practice_card() -> ProviderCard:
    return ProviderCard(
        name="practice",
        kind=KINDS[ProviderKind.PRACTICE].title,
        address="built in, offline and free",
        state=AccountState.READY,
        words="always there",
        models="Answers models named practice/…, and no other request ever reaches it.",
        enabled=True,
        is_practice=True,
        accounts=(),
    )


def _line(
    provider: Provider,
    account: Account,
    known: KnownOfAccounts,
    *,
    now_s: float,
    problem: str,
) -> AccountLine:
    named = account_id(provider.name, account.name)
    status = settled(known.statuses.get(named, AccountStatus(account=named)), now_s)
    used = known.used(named)
    state, reason = status.state, status.reason
    if problem:
        state = AccountState.AUTH_REQUIRED
        reason = _missing(provider, account, problem)
    has_no_way = _has_no_way(provider, account, problem)
    resting = _resting(status, now_s)
    if state is AccountState.READY and resting:
        reason = resting
    if not account.enabled or not provider.enabled:
        state, reason = AccountState.OFF, ""
    credential = provider.credential_of(account)
    ago = ago_text(status.last_error_at_s, now_s)
    said = inert_line(status.last_error, 400)
    if said.rstrip(".") in inert_line(reason, 600):  # once is enough
        said = ""
    shown = AccountStatus(account=status.account, state=state, until_s=status.until_s)
    trial = _trial(status, used, known.tests) if state is AccountState.READY else None
    is_refused = state is AccountState.AUTH_REQUIRED and not problem and _is_refusal(status)
    return AccountLine(
        id=status.account,
        name=account.name,
        credential=_NO_KEY
        if is_refused and credential is CredentialKind.NONE
        else credential_words(credential, account.api_key_env, account.vault),
        used=used,
        state=state,
        words=_NO_WAY
        if state is AccountState.AUTH_REQUIRED and has_no_way
        else trial.value
        if trial
        else state_words(shown, credential, now_s, is_refused=is_refused),
        trial=trial,
        reason=inert_line(reason, 600),
        last_error=f"Last error, {ago}: {said}" if said and ago else said,
        quotas=tuple(quota_line(each, now_s) for each in status.windows),
        can_ask_again=(
            not status.reason.startswith(OWN_BUDGET)
            and state in (AccountState.COOLING, AccountState.OVER_QUOTA)
        )
        or (state is AccountState.READY and bool(resting)),
        wants_key=state is AccountState.AUTH_REQUIRED and not has_no_way,
        awaits_key=bool(problem and (account.vault or provider.way.vault)),
        can_be_switched=account.name != DEFAULT_ACCOUNT,
    )


def _trial(status: AccountStatus, used: str, tests: Tests) -> Trial | None:
    """None: it has answered. A test counts until the account is used again."""
    tested_at_s, is_well = tests.get(status.account, (None, False))
    used_at_s = status.last_used_at_s
    if tested_at_s is not None and (used_at_s is None or used_at_s <= tested_at_s):
        return None if is_well else Trial.FAILED
    has_answered = bool(used or used_at_s or status.last_error or status.cooling_models)
    return None if has_answered else Trial.NONE


def _is_refusal(status: AccountStatus) -> bool:
    return not status.reason.startswith(TABLE[FailureKind.KEY_MISSING].happened)


def _resting(status: AccountStatus, now_s: float) -> str:
    """«Left alone for now: gpt-5.5 (2 m).»; empty where every model may be asked."""
    models = [
        f"{inert_line(model, 60)} ({span_text(until_s - now_s)})"
        for model, until_s in status.cooling_models
        if until_s > now_s
    ]
    more = f" and {len(models) - _MODELS_SHOWN} more" if len(models) > _MODELS_SHOWN else ""
    shown = ", ".join(models[:_MODELS_SHOWN])
    return f"Left alone for now: {shown}{more}." if models else ""


def _has_no_way(provider: Provider, account: Account, problem: str) -> bool:
    """It is the way that lacks something, not the account."""
    return bool(problem) and (
        problem == provider.way.problem or _lacks_sign_in(provider, account, problem)
    )


def _lacks_sign_in(provider: Provider, account: Account, problem: str) -> bool:
    entry = provider.way.vault
    return bool(entry) and problem.endswith(entry) and entry != account.vault


def _missing(provider: Provider, account: Account, problem: str) -> str:
    if _lacks_sign_in(provider, account, problem):
        entry = provider.way.vault.replace("/", " ")
        return f"Its proxy's sign-in is missing. Store it: llmgw vault set {entry}."
    if problem == provider.way.problem:
        return f"It is not asked: {problem}. Correct that, or set this provider's proxy."
    if account.api_key_env:
        return (
            f"{account.api_key_env} is not set, or is empty, where the gateway was started. Set it"
            " there and start the gateway again, or name another key."
        )
    what_to_do = "Give it a key." if account.vault else "Name where its key is."
    return f"{problem[0].upper()}{problem[1:]}. {what_to_do}"


def _standing(
    provider: Provider, lines: tuple[AccountLine, ...]
) -> tuple[AccountState, str, Trial | None]:
    """The provider stands as well as the best of its accounts."""
    used = [each for each in lines if each.state is not AccountState.OFF]
    if not provider.enabled or not used:
        return AccountState.OFF, "off" if not provider.enabled else "all accounts are off", None
    ready = [each for each in used if each.state is AccountState.READY]
    trial = _worst_trial(ready)
    if len(ready) == len(used):
        return AccountState.READY, trial.value if trial else "ready", trial
    if ready:
        return AccountState.READY, f"{len(ready)} of {len(used)} accounts ready", trial
    best = max(used, key=lambda each: _WORST_FIRST.index(each.state))
    return best.state, best.words, None


def _worst_trial(ready: Sequence[AccountLine]) -> Trial | None:
    """One that has answered is enough."""
    trials = [each.trial for each in ready]
    if not trials or None in trials:
        return None
    return Trial.FAILED if Trial.FAILED in trials else Trial.NONE


def _address(provider: Provider) -> str:
    parts = urlsplit(provider.base_url)
    where = f"{parts.netloc}{parts.path}" if parts.netloc else ""
    host = parts.hostname or ""
    is_here = host == "localhost" or is_loopback(host)
    near = "on this computer" if is_here else "on your own network" if provider.local else ""
    near = near if where else ""
    return " · ".join(filter(None, (where, near, inert_line(provider.way.words, 300))))


def _models(provider: Provider, listed: str) -> str:
    if not provider.models:
        return listed or "Models as the provider lists them"
    shown = ", ".join(inert_line(name, 60) for name in provider.models[:_MODELS_SHOWN])
    more = len(provider.models) - _MODELS_SHOWN
    count = counted(len(provider.models), "model")
    return f"{count}: {shown}" + (f" and {more} more" if more > 0 else "")
