"""Which rules were passed over before a decision, and why: put into words when somebody reads it,
on the recorder's thread or in a window, and never while a request waits."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from typing_extensions import override

from llmgw_desktop.domain.route import PassedRule, RouteQuestion, RouteRule
from llmgw_desktop.engine.routing.rules import Asked, ReadyRule

MOST_SAID = 20
"""More are only counted: nobody reads on, and every flight keeps what is said."""


class PassedRules(Sequence[PassedRule]):
    """The first `count` of the rules."""

    __slots__ = ("_asked", "_count", "_meant_of", "_rules", "_said", "_tokens")

    def __init__(
        self,
        rules: Sequence[RouteRule],
        count: int,
        asked: Asked,
        meant_of: Callable[[str], str],
        tokens: int | None = None,
    ) -> None:
        self._rules = rules
        self._count = count
        self._asked = asked
        self._meant_of = meant_of
        self._tokens = tokens
        self._said: tuple[PassedRule, ...] | None = None

    def for_size(self, tokens: int | None) -> "PassedRules":
        """The same for a request of this size."""
        return PassedRules(self._rules, self._count, self._asked, self._meant_of, tokens)

    @overload
    def __getitem__(self, index: int) -> PassedRule: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[PassedRule]: ...

    @override
    def __getitem__(self, index: int | slice) -> PassedRule | Sequence[PassedRule]:
        if self._said is None:
            self._said = tuple(self._say())
        return self._said[index]

    @override
    def __len__(self) -> int:
        return min(self._count, MOST_SAID + 1)

    def _say(self) -> Iterator[PassedRule]:
        protocol, model, operation, client, project, label = self._asked
        question = RouteQuestion(
            protocol=protocol,
            model=model,
            operation=operation,
            client=client,
            project=project,
            label=label,
            input_tokens=self._tokens,
        )
        meant = self._meant_of(model)
        for number, rule in enumerate(self._rules[: min(self._count, MOST_SAID)], 1):
            yield PassedRule(name=rule.name, why=why_passed(rule, number, question, meant))
        if self._count > MOST_SAID:
            yield PassedRule(name="", why=f"And {self._count - MOST_SAID} more.")


def why_passed(rule: RouteRule, number: int, question: RouteQuestion, meant: str) -> str:
    """Empty for the rule that matches."""
    if not rule.enabled:
        return "It is switched off."
    return ReadyRule(rule, number).why_not(question, meant)
