"""What is said of the candidates of a decision, in words."""

from collections.abc import Iterator, Sequence
from typing import overload

from typing_extensions import override

from llmgw_desktop.domain.account import CredentialKind
from llmgw_desktop.domain.route import Consideration
from llmgw_desktop.engine.routing.choices import Choice


class Figures:
    """What the automatic strategy weighed, as it was then."""

    __slots__ = ("_choices", "_paces", "_quotas")

    def __init__(
        self,
        choices: Sequence[Choice],
        quotas: Sequence[float | None],
        paces: Sequence[float | None],
    ) -> None:
        self._choices = choices
        self._quotas = quotas
        self._paces = paces

    def words(self) -> dict[int, str]:
        """By `id` of the choice."""
        every = zip(self._choices, self._quotas, self._paces, strict=True)
        return {
            id(choice): _figures_words(quota, choice.price, pace) for choice, quota, pace in every
        }


class Considerations(Sequence[Consideration]):
    """What is said of each candidate, put into words when somebody reads it: on the recorder's
    thread, or in a window, and never while a request waits."""

    __slots__ = ("_figures", "_ill", "_left_out", "_order", "_said", "_stays", "_strict")

    def __init__(
        self,
        order: Sequence[Choice],
        ill: Sequence[tuple[Choice, str]],
        figures: Figures | None,
        left_out: Sequence[Consideration],
        *,
        stays: bool,
        strict: bool,
    ) -> None:
        self._left_out = left_out
        self._order = order
        self._ill = ill
        self._figures = figures
        self._stays = stays
        self._strict = strict
        self._said: tuple[Consideration, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> Consideration: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Consideration]: ...

    @override
    def __getitem__(self, index: int | slice) -> Consideration | Sequence[Consideration]:
        if self._said is None:
            self._said = tuple(self._say())
        return self._said[index]

    @override
    def __len__(self) -> int:
        return len(self._order) + len(self._ill) + len(self._left_out)

    def _say(self) -> Iterator[Consideration]:
        figures = {} if self._figures is None else self._figures.words()
        rank = 0
        for choice in self._order:
            rank += 1
            stays = "It answered this conversation before." if rank == 1 and self._stays else ""
            yield self._one(choice, rank, words_of(choice, stays, figures.get(id(choice), "")))
        for choice, why in self._ill:
            rank += 1
            yield self._one(choice, rank, f"Asked last: {_sentence(why)}")
        yield from self._left_out

    def _one(self, choice: Choice, rank: int, reason: str) -> Consideration:
        place: int | None = rank
        if self._strict and rank > 1:
            reason = f"{reason} Not asked: this request allows no other than the first."
            place = None
        return Consideration(account=choice.account, model=choice.model, rank=place, reason=reason)


def words_of(choice: Choice, more: str, figures: str = "") -> str:
    """Why it is where it is."""
    parts = [choice.reason, more]
    if choice.credential is CredentialKind.SIGN_IN:
        parts.append("A subscription.")
    if choice.priority:
        parts.append(f"Priority {choice.priority}.")
    if choice.weight != 1:
        parts.append(f"Weight {choice.weight}.")
    if choice.problem:
        parts.append(_sentence(choice.problem))
    return " ".join(filter(None, [*parts, figures]))


def _figures_words(quota_left: float | None, price: float | None, latency: float | None) -> str:
    quota = "unknown" if quota_left is None else f"{quota_left:.0%}"
    money = "unknown" if price is None else f"{price:.2f} a million tokens"
    pace = "unknown" if latency is None else f"{latency:,.0f} ms"
    return f"Quota left {quota}; price {money}; first token {pace}."


def _sentence(text: str) -> str:
    shown = text[:1].upper() + text[1:]
    return shown if shown.endswith((".", "!", "…")) else f"{shown}."
