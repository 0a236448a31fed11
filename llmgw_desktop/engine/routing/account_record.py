"""All that is remembered of one account; `health.py` decides what is done with it."""

from collections.abc import Mapping, Sequence

import orjson

from llmgw_desktop.domain.provider import AccountState, AccountStatus, QuotaWindow
from llmgw_desktop.engine.routing.cooldowns import (
    Cooldown,
    CooldownState,
    Moment,
    kept_cooldown,
    restored_cooldown,
)
from llmgw_desktop.engine.routing.quota_windows import (
    MOST_WINDOWS,
    plausible_amount,
    plausible_moment,
    quota_windows,
    share_left,
)

MOST_MODELS = 64
"""Names of models come from outside: no more of an account's are remembered."""
LATENCY_SHARE = 0.2
"""How much the newest time counts in the mean."""
_NO_HEADERS: Mapping[str, str] = {}


class AccountRecord:
    """`provider` is the standing that all accounts of one provider share."""

    __slots__ = (
        "address",
        "budget",
        "budget_windows",
        "credential",
        "headers",
        "is_well",
        "key_problem",
        "last_error",
        "last_error_at_s",
        "last_used",
        "latency_ms",
        "models",
        "name",
        "off",
        "own",
        "provider",
        "refused_at",
        "share_left",
        "vault",
        "windows",
        "windows_at",
    )

    def __init__(self, name: str, provider: CooldownState) -> None:
        self.name = name
        self.provider = provider
        self.own = CooldownState()
        self.budget = CooldownState()
        """What the person lets it use up; only a budget that begins anew ends its rest."""
        self.budget_windows: tuple[QuotaWindow, ...] = ()
        self.models: dict[str, CooldownState] = {}
        self.off = False
        self.key_problem = ""
        self.address = ""
        self.vault = ""
        """The entry that holds its key, where it lies there."""
        self.refused_at = float("-inf")
        """Monotonic: its vendor refused the key of a request that began then, or its quota."""
        self.credential: object = None
        """Another one means another key."""
        self.is_well = True
        """Nothing speaks against asking, whatever the model; kept by `look`."""
        self.last_error = ""
        self.last_error_at_s: float | None = None
        self.last_used: float | None = None
        """Monotonic."""
        self.latency_ms: float | None = None
        self.headers = _NO_HEADERS
        """Of the last answer; they are only read when somebody wants to know."""
        self.windows: tuple[QuotaWindow, ...] = ()
        self.share_left: float | None = None
        """Of the window of which least is left, as of `windows_at`."""
        self.windows_at = float("-inf")
        """Monotonic."""

    def look(self) -> None:
        standings = (self.own, self.budget, self.provider, *self.models.values())
        rests = any(each.rest is not None for each in standings)
        self.is_well = not (self.off or self.key_problem or rests)

    def standings(self, model: str) -> list[CooldownState]:
        """Whatever may forbid asking this account for this model."""
        found = [self.provider, self.own]
        if self.budget.rest is not None:
            found.append(self.budget)
        if of_model := self.models.get(model):
            found.append(of_model)
        return found

    def model_standing(self, model: str) -> CooldownState:
        standing = self.models.get(model)
        if standing is None:
            if len(self.models) >= MOST_MODELS:
                well = (name for name, each in self.models.items() if each.rest is None)
                del self.models[next(well, next(iter(self.models)))]
            standing = self.models[model] = CooldownState()
        return standing

    def note_time(self, latency_ms: float) -> None:
        known = self.latency_ms
        self.latency_ms = (
            latency_ms if known is None else known + LATENCY_SHARE * (latency_ms - known)
        )

    def read_windows(self, now: Moment) -> bool:
        """Whether the last answer's headers tell something new. What they do not name stays."""
        headers, self.headers = self.headers, _NO_HEADERS
        self.windows_at = now.mono
        before = self.windows
        self.take_windows(quota_windows(headers, now.wall), now)
        return [(each.name, each.used_share) for each in before] != [
            (each.name, each.used_share) for each in self.windows
        ]

    def take_windows(self, told: Sequence[QuotaWindow], now: Moment) -> None:
        """What was told anew; what it does not name stays."""
        if told:
            merged = {each.name: each for each in (*self.windows, *told)}
            self.windows = tuple(merged.values())[-MOST_WINDOWS:]
        self.share_left = share_left(self.windows, now.wall)

    def status(self, now: Moment) -> AccountStatus:
        state, until_s, reason = self._state(now)
        return AccountStatus(
            account=self.name,
            state=state,
            until_s=until_s,
            reason=reason,
            failures=max(self.own.failures, self.provider.failures),
            last_error=self.last_error,
            last_error_at_s=self.last_error_at_s,
            last_used_at_s=None
            if self.last_used is None
            else now.wall - max(now.mono - self.last_used, 0.0),
            windows=(*self.budget_windows, *self.windows),
            cooling_models=tuple(
                (name, now.wall + left)
                for name, each in self.models.items()
                if each.rest is not None and (left := each.rest.left_s(now))
            ),
        )

    def _state(self, now: Moment) -> tuple[AccountState, float | None, str]:
        if self.off:
            return AccountState.OFF, None, "It is switched off in the settings."
        if self.key_problem:
            return AccountState.AUTH_REQUIRED, None, f"Its key is missing: {self.key_problem}."
        for rest in (self.budget.rest, self.own.rest, self.provider.rest):
            if rest is None:
                continue
            left = rest.left_s(now)
            if rest.state is AccountState.AUTH_REQUIRED:
                return rest.state, None, rest.reason
            if left:
                return rest.state, now.wall + left, rest.reason
        return AccountState.READY, None, ""

    def kept(self, now: Moment) -> str | None:
        """As JSON for the disk; None where there is nothing that a restart should remember."""
        models = {name: _kept(each.rest, now) for name, each in self.models.items() if each.rest}
        if self.own.rest is None and not models and not self.windows and not self.last_error:
            return None
        return orjson.dumps(
            {
                "own": _kept(self.own.rest, now),
                "models": models,
                "last_error": [self.last_error, self.last_error_at_s],
                "windows": [
                    [w.name, w.limit, w.remaining, w.used_share, w.resets_at_s, w.told_at_s]
                    for w in self.windows
                ],
            }
        ).decode()

    def restore(self, kept: str, now: Moment) -> None:
        """What an earlier run wrote; whatever cannot be understood of it is left out."""
        try:
            told = orjson.loads(kept)
            self.own.rest = restored_cooldown(told["own"], now)
            for name, rest in list(told["models"].items())[:MOST_MODELS]:
                self.model_standing(name).rest = restored_cooldown(rest, now)
            words, at_s = told["last_error"]
            self.last_error, self.last_error_at_s = str(words), _number(at_s)
            windows = told["windows"][:MOST_WINDOWS]
            self.windows = tuple([_window(each, now.wall) for each in windows])
        except (ValueError, TypeError, KeyError, AttributeError):
            self.own, self.models = CooldownState(), {}
            self.last_error, self.last_error_at_s, self.windows = "", None, ()
        self.look()


def _window(kept: list[object], now_s: float) -> QuotaWindow:
    name, limit, remaining, share, resets, told_at = kept
    return QuotaWindow(
        name=str(name),
        limit=plausible_amount(_number(limit)),
        remaining=plausible_amount(_number(remaining)),
        used_share=None if (used := plausible_amount(_number(share))) is None else min(used, 1.0),
        resets_at_s=plausible_moment(_number(resets), now_s),
        told_at_s=_number(told_at) or 0.0,
    )


def _number(kept: object) -> float | None:
    return float(kept) if isinstance(kept, int | float) else None


def _kept(rest: Cooldown | None, now: Moment) -> list[object] | None:
    return None if rest is None else kept_cooldown(rest, now)
