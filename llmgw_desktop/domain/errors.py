"""Everything that can go wrong, drawn as one tree.

LlmgwError
├ ConfigError                 the settings file, with file, line, key and what was expected
│ └ SettingsConflict            it was changed by hand in the same place
├ RequestError                the caller's request cannot be read
│ ├ MalformedRequest            not JSON, wrong types
│ │ └ NotOffered                  can be read, and only a vendor can do it
│ ├ RequestTooLarge             over the body limit
│ ├ RequestStalled              a body whose rest does not come
│ ├ UnsupportedMedia            a content type we do not read
│ ├ HttpVersionUnknown          another HTTP than we speak
│ ├ LossRefused                 translation would lose something, and the caller wants all
│ ├ InvalidRun                  a CLI cannot be asked for this (run_errors.py)
│ │ └ SessionBusy                 a run of the same session goes on
│ ├ NoSuchJob                   none of this owner's
│ ├ NoSuchSession               none of this owner's
│ ├ NoSuchWorkspace             no folder is registered under this alias
│ ├ NoSuchValidation            none of this owner's (validation.py)
│ ├ JobNotParked                it does not wait for a limit
│ └ JobStillLive                only what has ended can be deleted
├ AccessError                 the caller may not (access_errors.py)
│ ├ Unauthenticated             no key, or not ours
│ ├ MissingScope                a known client without this permission
│ │ ├ ScopeNotAllowed             a program that a person let in to other things
│ │ └ PersonOnly                  this computer's person alone may, whatever the key
│ ├ ForeignHost                 a Host header that is not ours (DNS rebinding)
│ └ ForeignOrigin               a web page of somebody else
├ PolicyError                 the operator does not want this of this client (policy.py)
│ ├ ModelForbidden              a model or provider that is not for it
│ ├ ClientExpired               its time is over
│ ├ PromptBlocked               a guard found in the prompt what must not go on (guard.py)
│ ├ PriceUnknown                a budget in money, and what this costs nobody knows
│ └ LimitReached                too much in too short a time, or at the same time
│   ├ BudgetSpent                 nothing is left of what it may spend
│   └ ReserveKept                 what is left is kept for the person (brakes.py)
├ HeldBack                    a brake held it, and nobody let it on (brakes.py)
├ TurnedBack                  known, and not served for the way it came (access_errors.py)
│ ├ LoopDetected                it was here before
│ ├ ClientPaused                a person has stopped this client for a while
│ └ TooManyConnections          of one client, or from one address
├ RouteError                  nobody answers this
│ ├ UnknownModel                no provider has a model of this name
│ ├ UnknownPath                 no door here
│ └ NotServed                   a door that this provider cannot answer
├ GatewayClosed               paused or stopping
│ └ Saturated                   no place for one more run (run_errors.py)
├ PortTaken                   another program listens where we want to
├ UpstreamError               the provider's side failed
│ ├ KeyMissing                  its key is not there, so it was not asked
│ ├ UpstreamRefused             no connection
│ ├ UpstreamTimeout             connected, then silence
│ ├ UpstreamGarbage             an answer that is not of its protocol
│ ├ UpstreamCut                 broke off in the middle of an answer
│ ├ AccountsUnusable            every account for this needs a person
│ └ AccountsBusy                every account for this must be left alone for a while
├ ClientGone                  the caller left before the end
├ VaultError                  the vault of credentials (vault.py)
│ ├ VaultLocked                 no key that opens it: nothing is read, nothing is written
│ │ └ KeyGone                   the key of what was stored is kept nowhere any more
│ ├ EntryBroken                 an entry that is not what was stored
│ ├ EntryUnfit                  a name or value that the vault does not take
│ └ NoSuchEntry                 nothing is stored there, or not for this project
└ StoreError                  disk or database
  ├ StoreUnavailable            cannot be written or read now
  ├ StoreCorrupt                not a database any more
  ├ StoreInQuestion             not what it was when it was last used; a person has to say
  └ SchemaTooNew                written by a later version of this program

`wire/errors.py` turns each into a status and an envelope of the caller's dialect; `kind` is
what a flight records, and it never changes for a class once released.
"""

from typing import ClassVar

CORRECT_IT = "Correct the request and send it again."
"""Advice for whoever writes requests; a person at a command is spared it."""


class LlmgwError(Exception):
    """The root; `kind` names the class in records and metrics."""

    kind: ClassVar[str] = "internal"


class ConfigError(LlmgwError):
    """One sentence for the person who wrote the file."""

    kind = "config"

    def __init__(self, message: str, *, file: str, line: int | None = None, key: str = "") -> None:
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {f'{key}: ' if key else ''}{message}")
        self.message = message
        self.file = file
        self.line = line
        self.key = key


class SettingsConflict(ConfigError):
    """Changed by hand since the person looked, in the table that the change is for: both are
    shown, and nothing is written until the person has chosen."""

    kind = "settings_conflict"

    def __init__(self, *, file: str, table: str, mine: str, theirs: str) -> None:
        super().__init__(
            "was changed in the file meanwhile; nothing was written", file=file, key=table
        )
        self.table = table
        self.mine = mine
        """The table as it would be written; empty where it would be gone."""
        self.theirs = theirs
        """The table as it stands in the file; empty where it is gone."""


class RequestError(LlmgwError):
    """The caller's request cannot be read."""

    kind = "bad_request"


class MalformedRequest(RequestError):
    """Not JSON, or fields of the wrong type; `path` is a JSON path where one is known."""

    kind = "malformed_request"

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path


class NotOffered(MalformedRequest):
    """It asks for what only a vendor does; the message says what to do instead."""

    kind = "not_offered"


class RequestTooLarge(RequestError):
    """Over the body limit of the door."""

    kind = "request_too_large"


class RequestStalled(RequestError):
    """The rest of a body did not come."""

    kind = "request_stalled"


class UnsupportedMedia(RequestError):
    """A content type or encoding that the door does not read."""

    kind = "unsupported_media"


class HttpVersionUnknown(RequestError):
    """Neither 1.0 nor 1.1."""

    kind = "http_version"


class LossRefused(RequestError):
    """The translation would not carry everything, and this caller asked for all or nothing."""

    kind = "loss_refused"

    def __init__(self, provider: str, protocol: str, losses: tuple[str, ...]) -> None:
        super().__init__(
            f"'{provider}' speaks {protocol}, which cannot carry: {', '.join(losses)}. This "
            f"client asked that nothing be left out"
        )
        self.losses = losses


class NoSuchFlight(RequestError):
    """None that this caller may see."""

    kind = "no_such_flight"

    def __init__(self, flight_id: str) -> None:
        super().__init__(f"You have no flight '{flight_id[:80]}'.")


class NotReplayable(RequestError):
    """Of this flight the request cannot be asked again; the message says why."""

    kind = "not_replayable"


class SecretsRemoved(NotReplayable):
    """Secrets were taken out of what was recorded, and nobody gave them again."""

    kind = "secrets_removed"

    def __init__(self, places: int) -> None:
        super().__init__(
            f"Secrets were removed from this request, at {places} "
            f"{'place' if places == 1 else 'places'}: it would not be the same"
        )
        self.places = places


class RouteError(LlmgwError):
    """Nobody answers this."""

    kind = "route"


class UnknownModel(RouteError):
    """No enabled provider has a model of this name."""

    kind = "unknown_model"

    def __init__(self, model: str, off: tuple[str, ...] = ()) -> None:
        """`off`: providers that would be asked for it, were they switched on."""
        shown = model if len(model) <= 80 else f"{model[:77]}…"
        told = f"No enabled provider has a model named '{shown}'."
        if off:
            named = ", ".join(f"'{name}'" for name in off[:5])
            told = f"{told} It would be asked of {named}, and that is switched off."
        super().__init__(told)
        self.model = model


class UnknownPath(RouteError):
    """No door here; `allowed` names the methods when only the method is wrong."""

    kind = "unknown_path"

    def __init__(self, message: str, *, allowed: str = "") -> None:
        super().__init__(message)
        self.allowed = allowed


class NotServed(RouteError):
    """The provider of this model cannot answer this kind of request."""

    kind = "not_served"


class GatewayClosed(LlmgwError):
    """Paused by a person, or stopping; `retry_after_s` is a hint for the caller."""

    kind = "gateway_closed"

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class PortTaken(LlmgwError):
    """Another program listens where we want to."""

    kind = "port_taken"

    def __init__(self, host: str, port: int) -> None:
        super().__init__(f"Port {port} on {host} is taken.")
        self.host = host
        self.port = port


class UpstreamError(LlmgwError):
    """The provider's side failed, before or while answering."""

    kind = "upstream"


class KeyMissing(UpstreamError):
    """Nothing was sent: the settings give no key to a provider that wants one. Never a 401, which
    would tell the caller that his own key is bad."""

    kind = "key_missing"

    def __init__(self, provider: str, problem: str) -> None:
        super().__init__(f"'{provider}' was not asked, because its key is missing: {problem}.")
        self.problem = problem


class SignInNeeded(UpstreamError):
    """A vendor's CLI says that nobody is signed in with it, or that its key is refused."""

    kind = "sign_in_needed"

    def __init__(self, provider: str, guidance: str) -> None:
        super().__init__(f"'{provider}' cannot answer: {guidance}")


class CliMissing(UpstreamError):
    """A vendor's CLI is not installed, or cannot be started."""

    kind = "cli_missing"


class UpstreamRefused(UpstreamError):
    """No connection: refused, unreachable, name unknown, TLS failed."""

    kind = "upstream_refused"


class UpstreamTimeout(UpstreamError):
    """Connected, then silence for longer than allowed."""

    kind = "upstream_timeout"


class UpstreamGarbage(UpstreamError):
    """An answer that is not of its protocol: HTML, half JSON, a wrong content type."""

    kind = "upstream_garbage"


class UpstreamCut(UpstreamError):
    """Broke off in the middle of an answer."""

    kind = "upstream_cut"


class AccountsUnusable(UpstreamError):
    """No account that may answer can: each needs a person. Never a 401, which would tell the
    caller that his own key is bad."""

    kind = "accounts_unusable"

    def __init__(self, needs: tuple[str, ...]) -> None:
        """`needs`: one sentence for each account, without a vendor's own words."""
        super().__init__(f"No account can answer this. {' '.join(needs)}")
        self.needs = needs


class AccountsBusy(UpstreamError):
    """All that may answer asked to be left alone; `retry_after_s` is when the first is free."""

    kind = "accounts_busy"

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ClientGone(LlmgwError):
    """The caller left before the end of its answer."""

    kind = "client_gone"


class StoreError(LlmgwError):
    """Disk or database."""

    kind = "store"


class StoreUnavailable(StoreError):
    """Cannot be written or read now: disk full, read-only, locked."""

    kind = "store_unavailable"


class StoreCorrupt(StoreError):
    """Not a database any more."""

    kind = "store_corrupt"


class StoreInQuestion(StoreError):
    """Emptied, rolled back, damaged or half of another version, by what is known of it from
    before. Nothing reads or writes it until a person has said what is to become of it."""

    kind = "store_in_question"


class SchemaTooNew(StoreError):
    """Written by a later version of this program; never touched."""

    kind = "schema_too_new"

    @classmethod
    def of(cls, file: str, written: int, known: int) -> "SchemaTooNew":
        """`written` and `known` are schemas."""
        return cls(
            f"{file} was written by a later version of this program "
            f"(schema {written}, this one knows {known}); it is left untouched."
        )
