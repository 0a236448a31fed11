"""Answers for callers that do not watch them grow: held back, and asked for again when they break.

A caller says so with a header, or its table in the settings does. Nothing of an answer that broke
reaches it, so no tool is called twice by two halves of one; what the broken one used is counted,
and stands in the flight as an attempt. Runs of CLIs are never asked for again: they have acted.
"""

import asyncio
import contextlib
import math

from llmgw_desktop.domain.errors import (
    ClientGone,
    UpstreamCut,
    UpstreamError,
    UpstreamGarbage,
    UpstreamRefused,
    UpstreamTimeout,
)
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.policy import AnswerWish, ClientPolicy
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.exchange.held_caller import ANSWERS, HeldCaller, HeldRoom, HoldTerms
from llmgw_desktop.engine.exchange.truncation import Truncations
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.pipeline.passthrough import Passthrough
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.routing.attempt import Sent
from llmgw_desktop.engine.routing.diagnosis import of_error
from llmgw_desktop.engine.routing.failover import Failover, FailoverRun
from llmgw_desktop.engine.translation.interpreter import Interpreter
from llmgw_desktop.engine.translation.translation import Translation
from llmgw_desktop.wire.tokens import least_output_tokens

SIGN_OF_LIFE_S = 10.0
WAIT = "x-llmgw-wait"
_STREAM_ERROR = "upstream_stream_error"
_BREAKS = (UpstreamCut, UpstreamTimeout, UpstreamGarbage, UpstreamRefused)
_WISHES = {each.value: each for each in AnswerWish}


def _longest_wait(policy: ClientPolicy) -> float | None:
    return policy.max_wait_s


def _seconds(said: str) -> float:
    """0 for what is no length of time."""
    try:
        seconds = float(said)
    except ValueError:
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0


def _answers(policy: ClientPolicy) -> AnswerWish | None:
    return policy.answers


class Answering:
    """How a request gets its answer from an upstream: as it comes, or held back."""

    def __init__(
        self,
        failover: Failover,
        passthrough: Passthrough,
        interpreter: Interpreter,
        policies: Policies,
    ) -> None:
        self._failover = failover
        self._passthrough = passthrough
        self._interpreter = interpreter
        self._policies = policies
        self._truncations = Truncations()
        self.room = HeldRoom()
        self._tasks = Tasks()
        self.sign_of_life_s = SIGN_OF_LIFE_S

    async def answer(self, exchange: Exchange) -> None:
        """Raises UpstreamError, RequestError, ClientGone."""
        request = exchange.request
        wish = self._wish_of(request)
        if WAIT in request.headers:
            wish = self._waits(exchange, wish)
        if wish is None or wish is AnswerWish.STREAM:
            await self._pass_on(exchange, await self._failover.send(exchange))
            return
        settings, flight = self._failover.settings, exchange.flight
        caller = exchange.caller
        terms = HoldTerms(
            wish=wish,
            most_bytes=settings.whole_max_bytes,
            until_words=wish is AnswerWish.WORDS,
            room=self.room,
        )
        exchange.caller = held = HeldCaller(caller, exchange.dialect, terms)
        watch = None
        if request.streaming:
            watching = self._watch(held, max(settings.whole_wait_s, exchange.wait_s))
            watch = self._tasks.start(watching, name=f"held answer {flight.id}")
        try:
            await self._held(exchange, held)
        except UpstreamError:
            if not held.is_open:
                flight.unsent()
            raise
        finally:
            exchange.caller = caller
            held.close()
            if watch is not None:
                watch.cancel()
            told = f", let go because {held.why_open}" if held.why_open else ""
            flight.because(f"{flight.route_reason} Held back ({wish}){told}.".strip())

    def _wish_of(self, request: ModelRequest) -> AnswerWish | None:
        if request.operation is not Operation.GENERATE:
            return None
        said = request.headers.get(ANSWERS)
        if said is not None and (wish := _WISHES.get(said.strip().lower())) is not None:
            return wish
        return self._policies.said_of(request.principal, _answers)

    def _waits(self, exchange: Exchange, wish: AnswerWish | None) -> AnswerWish | None:
        """As long as it asks for and may. A stream gets signs of life meanwhile."""
        request, asked_s = exchange.request, _seconds(exchange.request.headers[WAIT])
        if request.operation is not Operation.GENERATE or not asked_s:
            return wish
        most_s = self._policies.said_of(request.principal, _longest_wait) or 0.0
        exchange.wait_s = min(asked_s, most_s)
        if exchange.wait_s and request.streaming and wish in (None, AnswerWish.STREAM):
            return AnswerWish.WORDS
        return wish

    async def _held(self, exchange: Exchange, held: HeldCaller) -> None:
        run: FailoverRun | None = None
        sent: Sent | None = None
        while True:
            try:
                if sent is None:
                    sent = await self._failover.send(exchange)
                await self._pass_on(exchange, sent)
                broke = self._broken_inside(exchange, held)
            except _BREAKS as error:
                if sent is None and len(exchange.decision.candidates) > 1:
                    raise  # all of them were asked
                broke = error
            if broke is None:
                await held.let_go("")
                return
            if held.is_open or not self._may_be_asked_again(exchange):
                raise broke
            run = run or self._failover.run_of(exchange)
            sent = await self._again(exchange, held, run, broke)

    async def _again(
        self, exchange: Exchange, held: HeldCaller, run: FailoverRun, broke: UpstreamError
    ) -> Sent:
        """Raises what broke it where nobody is asked any more."""
        flight, decision = exchange.flight, exchange.decision
        candidates = decision.candidates[:1] if decision.strict else decision.candidates
        heard = least_output_tokens(flight.protocol, flight.answer_kept)
        flight.breaks(of_error(broke).outcome, heard)
        if held.has_signs:
            flight.replied(200)
        held.forget()
        sent = await run.again(candidates, broke)
        if sent is None:
            raise broke
        return sent

    @staticmethod
    def _broken_inside(exchange: Exchange, held: HeldCaller) -> UpstreamError | None:
        """A stream may end in order and with an error in it."""
        flight = exchange.flight
        if held.is_open or flight.error_kind != _STREAM_ERROR:
            return None
        return UpstreamGarbage(flight.error_text or "The provider broke its answer off.")

    @staticmethod
    def _may_be_asked_again(exchange: Exchange) -> bool:
        candidate = exchange.flight.candidate
        return candidate is not None and candidate.upstream.protocol is not ModelProtocol.CLI

    async def _pass_on(self, exchange: Exchange, sent: Sent) -> None:
        answer, way = sent
        candidate = exchange.flight.candidate
        is_local = candidate is not None and candidate.upstream.local
        if is_local:
            self._truncations.expect(exchange)
        if isinstance(way, Translation):
            await self._interpreter.run(exchange, answer, way)
        else:
            await self._passthrough.run(exchange, answer, way.filter)
        if is_local:
            self._truncations.learn(exchange)

    async def _watch(self, held: HeldCaller, most_s: float) -> None:
        """Signs of life, until the answer goes out or has been waited for too long."""
        now_s = asyncio.get_running_loop().time
        ends_s = now_s() + most_s
        with contextlib.suppress(ClientGone):  # whoever answers hears of it, too
            while not held.is_open and (left_s := ends_s - now_s()) > 0:
                await asyncio.sleep(min(self.sign_of_life_s, left_s))
                if now_s() < ends_s:
                    await held.show_life()
            await held.let_go(f"it was not whole after {most_s:g} s")
