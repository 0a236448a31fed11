"""The window's way of asking a recorded request again: what can be changed about it, what that
would come to in words, and the asking, in the name of this computer's person.
"""

import json
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Any

from llmgw_desktop.app.words.figures import (
    cost_text,
    count_text,
    counted,
    duration_text,
    exact_money_text,
)
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.errors import NotReplayable
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.native.replay import (
    ReplayWish,
    last_message,
    read_wish,
    removed_secrets,
    replay_request,
)

if TYPE_CHECKING:  # nobody asks at a start
    from llmgw_desktop.engine.pipeline.flight_replays import FlightReplays, ReplayPlan

MOST_MESSAGE = 64 * 1024
"""Characters of a last message that is shown to be changed."""


@value
class ReplayForm:
    """What a person may change. `problem`: why nothing can be asked, empty if it can."""

    record: FlightRecord = field(repr=False)
    model: str
    last_message: str
    """Empty where there is none, or one that is too long to be changed here."""
    removed: int
    """Places that secrets were taken from."""
    problem: str = ""

    @property
    def is_call(self) -> bool:
        """Of a tool, not a request to a model."""
        return self.record.summary.operation is Operation.CALL_TOOL


@value
class FilledReplay:
    """As it stands in the fields."""

    models: str = ""
    """Names with commas between them."""
    times: str = "1"
    last_message: str | None = None
    """None: as it was."""
    members: str = ""
    """A JSON object of what is to be set."""
    secret: str = field(default="", repr=False)
    keeps_marks: bool = False


class Replaying:
    """Everything raises LlmgwError with a sentence for the person."""

    def __init__(
        self,
        record: Callable[[str], FlightRecord | None],
        replays: "Callable[[], FlightReplays]",
    ) -> None:
        """`record`: by its id, with bodies; waits for the disk."""
        self._record = record
        self._replays = replays

    def form(self, flight_id: str) -> ReplayForm:
        """Waits for the disk."""
        record = self._record(flight_id)
        if record is None:
            raise NotReplayable("This flight was not recorded, or is kept no longer.")
        problem = ""
        try:
            replay_request(record, ReplayWish(keeps_marks=True))
        except NotReplayable as error:
            problem = str(error)
        body = record.request_body or b""
        said = "" if problem else last_message(body, record.summary.protocol)
        return ReplayForm(
            record=record,
            model=record.summary.model_asked,
            last_message=said if len(said) <= MOST_MESSAGE else "",
            removed=0 if problem else len(removed_secrets(body)),
            problem=problem,
        )

    async def plan(self, form: ReplayForm, filled: FilledReplay) -> tuple[str, ...]:
        """A sentence for each model; nobody is asked."""
        wish = wish_of(filled, asks=False)
        plans = await self._replays().plan(form.record, wish, LOCAL)
        return tuple(plan_words(plan) for plan in plans)

    async def run(
        self, form: ReplayForm, filled: FilledReplay, ended: Callable[[FlightSummary], None]
    ) -> None:
        """`ended` hears of each that has ended. Who is cancelled cancels those that go on."""
        wish = wish_of(filled, asks=True)
        await self._replays().run(form.record, wish, LOCAL, ended=ended)


def wish_of(filled: FilledReplay, *, asks: bool) -> ReplayWish:
    """`asks`: whether it is more than a look, for which no secret is needed. Raises InvalidRun."""
    models = [name.strip() for name in filled.models.split(",") if name.strip()]
    if not filled.times.strip().isdecimal():
        raise InvalidRun("a whole number is wanted", field="times")
    fields: dict[str, Any] = {"times": int(filled.times)}
    if models:
        fields["models"] = models
    if filled.last_message is not None:
        fields["lastMessage"] = filled.last_message
    if filled.members.strip():
        fields["set"] = _members(filled.members)
    if filled.keeps_marks or not asks:
        fields["keepMarks"] = True
    elif filled.secret:
        fields["secrets"] = [filled.secret]
    return read_wish(fields)


def _members(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        words = 'a JSON object is wanted, such as {"temperature": 0}'
        raise InvalidRun(words, field="set") from None


def how_many(filled: FilledReplay) -> int:
    """Replays that it asks for. Raises InvalidRun."""
    wish = wish_of(filled, asks=False)
    return max(len(wish.models), 1) * wish.times


def plan_words(plan: "ReplayPlan") -> str:
    """Who would answer, how much is sent, what it costs."""
    model = inert_line(plan.model, 80)
    if plan.problem:
        return f"{model}: {inert_line(plan.problem, 300)}"
    if plan.is_call:
        return f"{model} is called again: it says that it only reads."
    candidates = () if plan.decision is None else plan.decision.candidates
    accounts = " else ".join(_named(each.upstream.account, each.model) for each in candidates[:3])
    mark = "" if plan.is_input_told else "≈"
    sent = f"sends {mark}{count_text(plan.input_tokens)} tokens"
    if plan.times > 1:
        sent += f" each of {counted(plan.times, 'time')}"
    return f"{accounts}: {sent}, {_costs(plan)}."


def _named(account: str, model: str) -> str:
    return f"{inert_line(account, 60)} · {inert_line(model, 60)}"


def _costs(plan: "ReplayPlan") -> str:
    if plan.usd is None and plan.most_usd is None:
        return "no price is known"
    each = " each" if plan.times > 1 else ""
    told = []
    if plan.usd is not None:
        told.append(f"≈{exact_money_text(plan.usd)}{each} if the answer is as long as before")
    if plan.most_usd is not None:
        told.append(f"at most {exact_money_text(plan.most_usd)}{each}")
    return ", ".join(told)


def replay_words(flight: FlightSummary) -> str:
    """Of one that has ended."""
    model = inert_line(flight.model_served or flight.model_asked, 60)
    if flight.state is not FlightState.OK:
        why = inert_line(flight.error_text or flight.error_kind or flight.state, 200)
        return f"{model}: {why}"
    tokens = flight.usage.output_tokens
    figures = [duration_text(flight.took_ms)]
    if tokens is not None:
        figures.append(f"{count_text(tokens)} tokens")
    if flight.cost_usd is not None:
        figures.append(cost_text(flight.usage, flight.cost_usd))
    return f"{model}: {', '.join(figures)}"
