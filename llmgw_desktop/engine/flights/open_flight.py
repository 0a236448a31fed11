"""A flight in the air: the one mutable record of a request, owned by its run in the pipeline."""

from collections.abc import Callable
from dataclasses import replace

from llmgw_desktop.domain.brakes import Speaker
from llmgw_desktop.domain.errors import ClientGone, LlmgwError
from llmgw_desktop.domain.flights.flight import FlightState, Headers, Phase, PhaseName
from llmgw_desktop.domain.flights.price import Bill, with_cost_marks
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate, RouteDecision
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, PromptFacts, Usage
from llmgw_desktop.domain.values import maker
from llmgw_desktop.engine.flights.flight_facts import FlightFacts, OpenAttempt, UnseenAnswer
from llmgw_desktop.wire.answer_facts import AnswerTold

_span = maker(Phase)
_BROKEN_OFF = frozenset({FlightState.CUT, FlightState.CANCELED})
NAME_CHARS = 600
ERROR_CHARS = 2000


class OpenFlight(FlightFacts):
    """Facts are noted as they become known, by these verbs and by nothing else."""

    def came_from(self, client: str, owner: str | None, *, label: str = "", job: str = "") -> None:
        """`owner`: the client's id."""
        self.client, self.owner, self.label, self.job = client, owner, label, job

    def replays(self, flight_id: str) -> None:
        """The request of that one is asked again."""
        self.replay_of = flight_id

    def began_before(self, waited_s: float, at_s: float) -> None:
        """It was asked for then, by another program perhaps."""
        self.started -= waited_s
        if not self.phases:
            self.last_end = self.started
        self.started_at_s = at_s

    def came_with(self, headers: Headers) -> None:
        """Without secrets."""
        self.request_headers = headers

    def received(self, body: bytes, *, size: int | None = None) -> None:
        """`body`: what may be recorded so far; `size`: in bytes, where that is another."""
        self.request_body, self.request_size = body, size

    def may_record(self, body: bytes) -> None:
        """Of the request, now that guards have looked."""
        self.request_body = body

    def is_run_of(self, provider: str, model: str) -> None:
        """Of a vendor's CLI that was asked for as a job."""
        self.provider, self.upstream_protocol = provider, ModelProtocol.CLI
        self.model_asked = f"{provider}/{model or 'default'}"
        self.attempts = 1

    def is_call_of(self, provider: str, tool: str, project: str) -> None:
        """Of a tool of another MCP server; what its result takes counts with the request of the
        model that reads it."""
        self.provider, self.model_asked, self.is_counted = provider, tool, False
        self.project = project

    def ran(self, attempts: int, model: str | None) -> None:
        self.attempts, self.model_served = attempts, model

    def prompted(self, facts: PromptFacts) -> None:
        self.prompt_facts = facts

    def is_counted_by(self, job: str) -> None:
        """The flights of that run's requests have its tokens."""
        self.is_counted, self.job = False, self.job or job

    def counts_itself(self) -> None:
        self.is_counted = True

    def read(self, request: ModelRequest) -> None:
        """The request's body is in and understood."""
        self.model_asked = request.model
        self.streaming = request.streaming
        if request.project:
            self.project = request.project
        self._phase(PhaseName.READ, self.started)

    def said_by(self, speaker: Speaker) -> None:
        self.speaker = speaker

    def routed(self, decision: RouteDecision) -> None:
        self.route_reason = decision.reason
        self.choice = decision.candidates[0]
        self.considered = decision.considered
        self.passed_rules = decision.passed
        self._phase(PhaseName.ROUTE, self.last_end)

    def held(self, note: str) -> None:
        """A person was asked whether it may go on."""
        self._phase(PhaseName.HELD, self.last_end, note)

    def queued(self, note: str) -> None:
        """It has its turn at a local server."""
        self._phase(PhaseName.QUEUED, self.last_end, note)

    def loaded(self, note: str) -> None:
        """A local server has loaded the model, as far as can be told."""
        self._phase(PhaseName.LOADING, self.last_end, note)

    def asks_nobody(self) -> None:
        """The gateway made this request: where a person would have to be asked, it ends."""
        self.is_unattended = True

    def counted_fewer(self, told: int, sent: int) -> None:
        """Far fewer tokens of its prompt than were sent were counted by who answers."""
        self.truncated = f"{told} of about {sent} tokens"

    def counted_all(self) -> None:
        """What an earlier answer let expect did not happen."""
        self.truncated = ""

    def foretold(self, cached_tokens: int) -> None:
        """So many tokens of its prompt will come from the vendor's cache."""
        self.forecast_tokens = cached_tokens

    def tried(self, candidate: Candidate) -> None:
        self.attempts += 1
        self.attempt_log.append(OpenAttempt(candidate, self.last_end))
        self.answers(candidate)

    def answers(self, candidate: Candidate) -> None:
        """It is this one whose answer the caller gets, as far as is known."""
        self.candidate = candidate
        self.provider = candidate.upstream.provider
        self.upstream_protocol = candidate.upstream.protocol
        self.model_served = candidate.model

    def attempt_answered(self, status: int) -> float:
        """The head of a good answer is here; how long after the request was sent, in ms."""
        self.attempt_log[-1].status = status
        return (self.clock.monotonic_s() - self.last_end) * 1000

    def attempt_failed(self, outcome: str, status: int | None, *, is_free: bool = False) -> None:
        """`is_free`: nothing was generated, so no vendor bills it. What a CLI did before it failed
        is not known."""
        attempt = self.attempt_log[-1]
        attempt.outcome, attempt.status = outcome, status
        attempt.is_free = is_free and attempt.candidate.upstream.protocol is not ModelProtocol.CLI
        attempt.ended = self.clock.monotonic_s()

    def breaks(self, words: str, heard_tokens: int) -> None:
        """Its answer was held back and broke: nothing of it counts for the caller, and all of it
        for the bill. `heard_tokens`: as many were generated at least."""
        attempt = self.attempt_log[-1]
        attempt.outcome = f"{words} ({self.answer_bytes:,} bytes were held back)"
        attempt.ended = self.clock.monotonic_s()
        if self.first_byte is not None:
            models = (self.model_served, attempt.candidate.model)
            usage = self.usage
            if self.stop_reason is None or usage.output_tokens is None:
                usage = usage.broken_off(heard_tokens)
            self.broken = (*self.broken, UnseenAnswer(self.provider, models, usage))
        self.usage, self.cost_usd, self.stop_reason = UNKNOWN_USAGE, None, None
        self.answer_id = self.status = self.first_byte = None
        self.state, self.error_kind, self.error_text = FlightState.RUNNING, None, None
        self.answer_kept, self.answer_bytes, self.answer_whole = bytearray(), 0, True
        self.chunks, self.is_whole, self.is_told = 0, False, False
        self.unsent()

    def unsent(self) -> None:
        """Of what came of its stream the caller has seen nothing."""
        self.torn_frame, self.next_number, self.last_words = b"", 0, None

    def owes(self, usage: Usage, usd: float | None) -> None:
        """For an answer that broke, besides the one that the caller got."""
        self.usage = self.usage.with_earlier(usage)
        if usd is None or self.cost_usd is None:
            self.usage = replace(self.usage, partial=self.usage.partial | Figure.COST)
        self.cost_usd = usd if self.cost_usd is None else self.cost_usd + (usd or 0.0)

    def settles_on(self, winner: Candidate | None, first: Candidate) -> None:
        """Of several candidates, whose answer the caller gets."""
        self.fell_back = winner is not first

    def goes_on(self) -> None:
        """To another candidate, or to the same one again: the time until now was a wait."""
        self._phase(PhaseName.WAIT, self.last_end)

    def connected(self) -> None:
        """A connection to the upstream is in hand."""
        self._phase(PhaseName.CONNECT, self.last_end)

    def answered(self) -> None:
        """The first byte of the answer's body is here."""
        self.first_byte = self._phase(PhaseName.WAIT, self.last_end)

    def streamed(self) -> None:
        """The stream has ended, well or not."""
        if self.first_byte is not None:
            self._phase(PhaseName.STREAM, self.first_byte)

    def heard(self, headers: Headers) -> None:
        """The answer's head, without secrets."""
        self.answer_headers = headers

    def replied(self, status: int) -> None:
        """What the caller is told."""
        self.status = status

    def learnt(self, told: AnswerTold) -> None:
        """All that the answer says of itself."""
        self.usage, self.stop_reason, self.answer_id = told.usage, told.stop_reason, told.answer_id
        self.served_by(told.model)

    def served_by(self, model: str | None) -> None:
        """As the answer names its model, if it does."""
        self.model_served = model or self.model_served

    def used(self, usage: Usage, cost_usd: float | None = None) -> None:
        """`cost_usd`: where whoever answered tells it."""
        self.usage = usage
        if cost_usd is not None:
            self.cost_usd = cost_usd

    def costs(self, usd: float | None) -> None:
        """Whatever a price list says."""
        self.cost_usd = usd

    def stopped(self, reason: str | None) -> None:
        self.stop_reason = reason

    def came_whole(self, stop_reason: str) -> None:
        """A translated stream reached its end."""
        self.stop_reason, self.is_whole = stop_reason, True

    def lost(self, names: tuple[str, ...]) -> None:
        """Between two protocols."""
        self.losses = names

    def because(self, reason: str) -> None:
        """Why this answer."""
        self.route_reason = reason

    def looked_in_cache(self, said: str, similarity: float | None = None) -> None:
        self.cache_said, self.cache_similarity = said, similarity

    def guarded(self, hits: tuple[GuardHit, ...]) -> None:
        self.guard_hits = hits

    def ends_with(self, last_words: Callable[[str, str], bytes]) -> None:
        """Where its stream breaks."""
        self.last_words = last_words

    def tore(self, tail: bytes, next_number: int) -> None:
        """A stream ended, perhaps in the middle of a frame."""
        self.torn_frame, self.next_number = tail, next_number

    def wrote(self, *, is_last: bool = False) -> None:
        """A piece was sent to the caller; `is_last`: the end of an answer without an error."""
        self.chunks += 1
        self.is_told = is_last

    def wrote_on(self) -> None:
        """A piece was sent that tells nothing of an end."""
        self.chunks += 1

    def keep(self, chunk: bytes | bytearray) -> None:
        """A copy of the answer for the record, up to the limit."""
        size, kept = len(chunk), self.answer_kept
        self.answer_bytes += size
        room = self.keep_limit - len(kept)
        if size <= room:
            kept += chunk
        else:
            kept += chunk[:room]
            self.answer_whole = False

    def left_out(self, size: int) -> None:
        """So many bytes of the answer more, of which no copy is kept."""
        self.answer_bytes += size
        self.answer_whole = False

    def fail(self, state: FlightState, kind: str, text: str) -> None:
        """The first failure names the flight's end; later ones are its consequences."""
        if self.error_kind is None:
            self.state, self.error_kind, self.error_text = state, kind, text

    def fail_with(self, error: LlmgwError, state: FlightState = FlightState.FAILED) -> None:
        self.fail(state, error.kind, str(error))

    def left(self, error: ClientGone) -> None:
        """The caller is gone."""
        if not self.is_told:
            self.fail_with(error, FlightState.CANCELED)

    @property
    def broke_off(self) -> bool:
        """An answer began and its end did not come: what was told of it is not all."""
        if self.state not in _BROKEN_OFF or self.first_byte is None:
            return False
        return self.stop_reason is None or self.usage.output_tokens is None

    @property
    def was_free(self) -> bool:
        """Whoever was asked refused before any output, and told of no usage."""
        return self.usage == UNKNOWN_USAGE and all(each.is_free for each in self.attempt_log)

    @property
    def is_well(self) -> bool:
        """Nothing has gone wrong so far."""
        return self.error_kind is None

    def end(self) -> None:
        """The flight's last moment; one that nothing went wrong with has ended well."""
        self.ended = self.clock.monotonic_s()
        if self.forecast_tokens is not None:
            read = self.usage.cache_read_tokens
            told = "told nothing of it" if read is None else f"told {read:,}"
            self.because(
                f"{self.route_reason} {self.forecast_tokens:,} tokens from the cache were "
                f"expected; the vendor {told}."
            )
        if self.state is FlightState.RUNNING:
            self.state = FlightState.OK

    def billed(self, bill: Bill) -> None:
        """A cost that the vendor told counts, and ours by the known prices stands beside it."""
        told_usd = self.usage.billing.vendor_cost_usd
        if told_usd is None and self.attempts:
            told_usd = self.cost_usd
        if told_usd is not None:
            self.cost_usd, self.list_cost_usd = told_usd, bill.usd
            self.is_billed_by_vendor = True
        elif self.cost_usd is None:
            self.cost_usd = bill.usd
            self.usage = with_cost_marks(self.usage, bill)

    def clean(self, text: Callable[[str], str], name: Callable[[str], str]) -> None:
        """Take secrets out of what callers and vendors write into names and errors; they like to
        repeat keys. Names are the same again and again, so the usual flight pays next to nothing.
        """
        self.model_asked = name(self.model_asked[:NAME_CHARS])
        self.path = name(self.path[:NAME_CHARS])
        self.label = name(self.label)
        if self.project:
            self.project = name(self.project[:NAME_CHARS])
        if self.model_served is not None:
            self.model_served = name(self.model_served[:NAME_CHARS])
        if self.error_text is not None:
            self.error_text = text(self.error_text[:ERROR_CHARS])
        for attempt in self.attempt_log:
            if attempt.outcome:
                attempt.outcome = text(attempt.outcome[:ERROR_CHARS])

    def _phase(self, name: PhaseName, start: float, note: str = "") -> float:
        began, now = self.started, self.clock.monotonic_s()
        start_ms, end_ms = (start - began) * 1000.0, (now - began) * 1000.0
        self.phases.append(_span(name=name, start_ms=start_ms, end_ms=end_ms, note=note))
        self.last_end = now
        return now
