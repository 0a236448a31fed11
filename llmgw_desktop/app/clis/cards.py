"""Vendors' CLIs as a person sees them among the providers: how each stands, in ready words."""

from collections.abc import Sequence

from llmgw_desktop.app.clis.sign_in import Sign, SignedIn
from llmgw_desktop.app.clis.survey import CliFound, Drift
from llmgw_desktop.app.command_line.pasted import pasted
from llmgw_desktop.app.providers.usage import QuotaLine, ago_text, quota_line, settled, span_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.clis.cli import SignIn
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CliSettings, provider_of
from llmgw_desktop.domain.provider import AccountState, AccountStatus
from llmgw_desktop.domain.values import value

_SHOWN = 6


def sign_words(sign: Sign) -> str:
    match sign.state:
        case SignedIn.YES if sign.where.startswith("~"):
            return f"signed in: {sign.where}"
        case SignedIn.YES:
            return f"signs in with {sign.where}"
        case SignedIn.NO if sign.is_in_vault:
            return f"there is no {sign.where}"
        case SignedIn.UNKNOWN if sign.is_in_vault:
            return f"signs in with {sign.where}"
        case SignedIn.NO:
            return "no sign-in was found"
        case SignedIn.UNKNOWN:
            return "whether somebody is signed in shows in its first run"


def version_words(found: CliFound) -> str:
    """«version 2.1.329»; empty where nobody has asked."""
    return f"version {found.version}" if found.version else ""


def drift_words(found: CliFound) -> str:
    """What a request cannot have of this version; empty where nothing is known to be missing."""
    if found.drift is None or not found.drift.matters:
        return ""
    versions = f"version {found.version}, and the gateway was made for {found.contract_version}"
    flags = _list([each.flag for each in found.drift.matters])
    return f"Its help no longer lists {flags} ({versions}). {_fails(found.drift)}"


def _fails(drift: Drift) -> str:
    if drift.breaks_all:
        return "No run can be expected to work."
    named = ", ".join(drift.fields[:_SHOWN]) + (" …" if len(drift.fields) > _SHOWN else "")
    return f"Requests with {named} will fail; others are not touched by it."


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


_SIGN_IN = "sign-in needed"
_WAITING = (AccountState.COOLING, AccountState.OVER_QUOTA)


@value
class CliCard:
    """All that the page and the tray show of one CLI."""

    cli: CliName
    name: str
    """As the provider is called: `claude-cli`."""
    title: str
    state: AccountState
    words: str
    """«ready», «sign-in needed», «resting 2 m», «not installed», «off»."""
    facts: str
    """«claude-cli · version 2.1.329 · /usr/bin/claude»."""
    use: str
    """«2 of 16 running · default model sonnet»."""
    sign_in: str
    reason: str
    """What happened and what to do; empty when all is well."""
    drift: str
    last_error: str
    quotas: tuple[QuotaLine, ...]
    enabled: bool
    is_installed: bool
    install: str
    """The command that installs it."""
    sign_in_command: str
    """As a person types it."""
    wants_sign_in: bool
    can_sign_in: bool
    """In a terminal; False where its runs use a sign-in of the vault."""

    @property
    def counts_down(self) -> bool:
        return self.state in _WAITING or bool(self.quotas)


@value
class Use:
    """How much it is used now."""

    running: int
    limit: int
    lately: str = ""
    """In words; empty where it was not used."""


def cli_card(
    found: CliFound,
    said: CliSettings,
    *,
    sign_in: SignIn,
    status: AccountStatus,
    use: Use,
    now_s: float,
) -> CliCard:
    status = settled(status, now_s)
    state, words, reason = _standing(found, said, sign_in=sign_in, status=status, now_s=now_s)
    name = provider_of(found.name)
    ago = ago_text(status.last_error_at_s, now_s)
    error = inert_line(status.last_error, 400)
    if not said.enabled or error.rstrip(".") in reason:  # once is enough
        error = ""
    return CliCard(
        cli=found.name,
        name=name,
        title=cli_of(found.name).title,
        state=state,
        words=words,
        facts=_joined(name, version_words(found), inert_line(found.program, 200)),
        use=_use(said, use),
        sign_in=_capital(sign_words(found.sign)),
        reason=reason,
        drift=drift_words(found),
        last_error=f"Last error, {ago}: {error}" if error and ago else error,
        quotas=tuple(quota_line(each, now_s) for each in status.windows) if said.enabled else (),
        enabled=said.enabled,
        is_installed=found.is_installed,
        install=cli_of(found.name).packaging.install,
        sign_in_command=pasted(sign_in_argv(found, sign_in)),
        wants_sign_in=words == _SIGN_IN,
        can_sign_in=not found.sign.is_in_vault,
    )


def sign_in_argv(found: CliFound, sign_in: SignIn) -> list[str]:
    """The CLI's own way to sign in, with the program that runs use."""
    return [found.program or found.command, *sign_in.command[1:]]


def _standing(
    found: CliFound, said: CliSettings, *, sign_in: SignIn, status: AccountStatus, now_s: float
) -> tuple[AccountState, str, str]:
    """The state, «ready», and what happened and what to do."""
    if not found.is_installed:
        return AccountState.OFF, "not installed", _missing(found, said)
    if not said.enabled:
        return AccountState.OFF, "off", ""
    if found.problem:
        return AccountState.AUTH_REQUIRED, "cannot be started", found.problem
    if status.state in _WAITING:
        return status.state, _rest(status, now_s), inert_line(status.reason, 600)
    if status.state is AccountState.AUTH_REQUIRED or _lacks_sign_in(found, status):
        return AccountState.AUTH_REQUIRED, _SIGN_IN, _capital(sign_in.guidance)
    return AccountState.READY, "ready", ""


def _rest(status: AccountStatus, now_s: float) -> str:
    left = "" if status.until_s is None else f" {span_text(status.until_s - now_s)}"
    if status.state is AccountState.COOLING:
        return f"resting{left}"
    return f"quota used up, back in{left}" if left else "quota used up"


def _lacks_sign_in(found: CliFound, status: AccountStatus) -> bool:
    """One that has answered signs in in a way of its own."""
    has_worked = status.last_used_at_s is not None and not status.last_error
    return found.sign.state is SignedIn.NO and not has_worked


def _missing(found: CliFound, said: CliSettings) -> str:
    if not said.command:
        return ""
    return f"There is no program {inert_line(found.command, 200)}. Correct it in its settings."


def _use(said: CliSettings, use: Use) -> str:
    model = said.default_model
    return _joined(
        f"{use.running:,} of {use.limit:,} running",
        f"default model {inert_line(model, 80)}" if model else "the CLI chooses the model",
        use.lately,
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
