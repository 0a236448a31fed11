"""A person's rules, made ready to be held against requests, and why those that were passed over do
not fit: put into words when somebody reads it, and never while a request waits.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from typing_extensions import override

from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.plain_text import Glob
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import PassedRule, RouteMatch, RouteQuestion, RouteRule
from llmgw_desktop.wire.json_edits import LargeObject
from llmgw_desktop.wire.tokens import BYTES_PER_TOKEN, estimate_tokens

Asked = tuple[ModelProtocol, str, Operation, str, str, str]
"""What the static part of a rule looks at: protocol, model, operation, client, project, label."""


class ReadyRule:
    """One rule. What it leads to is others' business."""

    __slots__ = (
        "_clients",
        "_label",
        "_model",
        "_operation",
        "_project",
        "_protocol",
        "is_sized",
        "least",
        "most",
        "number",
        "rule",
    )

    def __init__(self, rule: RouteRule, number: int) -> None:
        match = rule.match
        self.rule = rule
        self.number = number
        """Its place among all rules, from 1."""
        self._protocol = match.protocol
        self._operation = match.operation
        self._clients = _any_of(match.whose)
        self._label = _or_none(match.label)
        self._model = _or_none(match.model)
        self._project = _or_none(match.project)
        self.least = match.min_input_tokens
        self.most = match.max_input_tokens
        self.is_sized = self.least is not None or self.most is not None

    def fits(self, asked: Asked, meant: str) -> bool:
        """All but the size. `meant`: the provider that the name asks for by itself."""
        protocol, model, operation, client, project, label = asked
        return (
            (self._protocol is None or self._protocol is protocol)
            and (self._operation is None or self._operation is operation)
            and (self._model is None or bool(self._model.fits(model)))
            and (self._clients is None or any(each.fits(client) for each in self._clients))
            and (self._label is None or bool(self._label.fits(label)))
            and (self._project is None or bool(self._project.fits(project)))
            and (not meant or self._may_lead(meant))
        )

    def fits_size(self, tokens: int | None) -> bool:
        """A size that nobody knows fits none but the rules without one."""
        if not self.is_sized:
            return True
        if tokens is None or (self.least is not None and tokens < self.least):
            return False
        return self.most is None or tokens <= self.most

    def why_not(self, question: RouteQuestion, meant: str) -> str:
        """Which part does not fit, in words; empty where all do."""
        match = self.rule.match
        parts = (
            (self._protocol in (None, question.protocol), "protocol", match.protocol),
            (self._operation in (None, question.operation), "operation", match.operation),
            (Glob(match.model).fits(question.model), "model", match.model),
            (
                any(Glob(each).fits(question.client) for each in match.whose),
                "client",
                "' or '".join(match.whose),
            ),
            (Glob(match.label).fits(question.label), "label", match.label),
            (Glob(match.project).fits(question.project), "project", match.project),
        )
        for fits, word, wanted in parts:
            if not fits:
                given = getattr(question, word)
                here = f"this is '{given}'" if given else "this has none"
                return f"It is for {word} '{wanted}'; {here}."
        if meant and not self._may_lead(meant):
            return f"The name asks for provider '{meant}', to which this route does not lead."
        if not self.fits_size(question.input_tokens):
            return f"It is for {_size_words(self.least, self.most)}; {_told(question)}."
        return ""

    def _may_lead(self, meant: str) -> bool:
        """A name that asks for a provider goes elsewhere only by a pattern that names it too."""
        if self.rule.match.model.startswith((f"{meant}/", f"{meant}:")):
            return True
        return any(target.provider == meant for target in self.rule.to)


def ready(rules: Sequence[RouteRule]) -> list[ReadyRule]:
    """Those that are switched on, with their places among all."""
    return [ReadyRule(rule, number) for number, rule in enumerate(rules, 1) if rule.enabled]


def whose_words(match: RouteMatch) -> str:
    """Whose requests it is for; empty where it is for everybody's."""
    words = []
    if _any_of(match.whose) is not None:
        words.append("client '" + "' or '".join(match.whose) + "'")
    if match.label != "*":
        words.append(f"label '{match.label}'")
    return " and ".join(words)


def _any_of(patterns: Sequence[str]) -> tuple[Glob, ...] | None:
    made = tuple(Glob(each) for each in patterns)
    return None if any(each.takes_all for each in made) else made


def _or_none(pattern: str) -> Glob | None:
    made = Glob(pattern)
    return None if made.takes_all else made


def _size_words(least: int | None, most: int | None) -> str:
    if most is None:
        return f"{least:,} input tokens and more"
    if least is None:
        return f"up to {most:,} input tokens"
    return f"{least:,} to {most:,} input tokens"


def _told(question: RouteQuestion) -> str:
    if question.input_tokens is None:
        return "the size of this one is not known"
    return f"this one has about {question.input_tokens:,}"


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
        *,
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
        return PassedRules(self._rules, self._count, self._asked, self._meant_of, tokens=tokens)

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


def input_tokens_of(request: ModelRequest) -> int:
    """An estimate: a quarter of the bytes of its text (`wire/tokens.py`), and of a body that is
    read in pieces, or is Gemini's, a quarter of all its bytes."""
    if request.protocol is ModelProtocol.GEMINI or isinstance(request.fields, LargeObject):
        return len(request.body) // BYTES_PER_TOKEN
    return estimate_tokens(request.fields, request.protocol)
