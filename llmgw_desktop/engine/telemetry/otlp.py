"""Flights as spans, metrics and logs of OpenTelemetry's SDK, which only the telemetry thread reads
in. The SDK gathers and sends them over HTTP from threads of its own; its own variables
(`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, …) hold.
"""

import json
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from llmgw_desktop.domain.flights.flight import NO_CLIENT, FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.settings.door import TelemetrySettings
from llmgw_desktop.engine.telemetry import EndedFlight, EndedToolCall, ids_of, names

_SERVICE = "llm-gateway"
_NS = 1_000_000_000
_OPERATIONS = {Operation.GENERATE: names.CHAT, Operation.EMBED: names.EMBEDDINGS}
_WRONG = (FlightState.FAILED, FlightState.CUT, FlightState.LOST)


class _Ids(IdGenerator):
    """A flight's span has the id that was told upstream."""

    def __init__(self) -> None:
        self._others = RandomIdGenerator()
        self.next: tuple[int, int] | None = None

    def generate_trace_id(self) -> int:
        return self.next[0] if self.next else int(self._others.generate_trace_id())

    def generate_span_id(self) -> int:
        found, self.next = self.next, None
        return found[1] if found else int(self._others.generate_span_id())


class OtlpSender:
    """One thread's. Nothing that goes wrong on the way is raised: the SDK logs it."""

    def __init__(self, settings: TelemetrySettings) -> None:
        base = settings.endpoint.rstrip("/")
        resource = Resource.create({SERVICE_NAME: _SERVICE})
        self.sends_content = settings.content
        self._ids = _Ids()
        self._spans = TracerProvider(
            resource=resource, id_generator=self._ids, shutdown_on_exit=False
        )
        exporter = OTLPSpanExporter(endpoint=f"{base}/v1/traces")
        self._spans.add_span_processor(BatchSpanProcessor(exporter))
        reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
        self._meters = MeterProvider(
            resource=resource, metric_readers=[reader], shutdown_on_exit=False
        )
        self._logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
        logs = OTLPLogExporter(endpoint=f"{base}/v1/logs")
        self._logs.add_log_record_processor(BatchLogRecordProcessor(logs))
        self._tracer = self._spans.get_tracer(_SERVICE, schema_url=names.SCHEMA_URL)
        self._logger = self._logs.get_logger(_SERVICE, schema_url=names.SCHEMA_URL)
        meter = self._meters.get_meter(_SERVICE, schema_url=names.SCHEMA_URL)
        self._took = meter.create_histogram(names.DURATION_METRIC, unit="s")
        self._first = meter.create_histogram(names.FIRST_CHUNK_METRIC, unit="s")
        self._tokens = meter.create_histogram(names.TOKENS_METRIC, unit="{token}")
        self._cost = meter.create_counter(names.OWN_COST_METRIC, unit="{USD}")

    def send(self, ended: EndedFlight, record: FlightRecord | None) -> None:
        """`record`: its attempts, and what was said, where that is wanted and known."""
        flight = ended.summary
        span = self._span(ended, record)
        self._measure(flight)
        if flight.state in _WRONG:
            self._log(flight, span)

    def send_call(self, call: EndedToolCall) -> None:
        """Of a tool, over MCP."""
        began_ns = round(call.started_at_s * _NS)
        told = {
            names.MCP_METHOD: names.CALL_TOOL,
            names.OPERATION: names.EXECUTE_TOOL,
            names.TOOL_NAME: call.tool,
            names.CLIENT: call.client,
            names.ERROR_TYPE: call.error,
        }
        span = self._tracer.start_span(
            f"{names.CALL_TOOL} {call.tool}",
            kind=SpanKind.SERVER,
            attributes=_known(told),
            start_time=began_ns,
        )
        if call.error:
            span.set_status(Status(StatusCode.ERROR, call.error))
        span.end(end_time=began_ns + _ns(call.took_ms))

    def close(self) -> None:
        """Sends what waits; takes as long as the receiver does, seconds at most."""
        for provider in (self._spans, self._meters, self._logs):
            provider.shutdown()

    def _span(self, ended: EndedFlight, record: FlightRecord | None) -> Any:
        flight, parent = ended.summary, None
        self._ids.next = ids_of(flight.id)
        if came := ended.parent:
            flags = TraceFlags(TraceFlags.SAMPLED if came.is_sampled else TraceFlags.DEFAULT)
            told = SpanContext(came.trace_id, came.span_id, is_remote=True, trace_flags=flags)
            parent = set_span_in_context(NonRecordingSpan(told))
        attributes = _attributes(flight)
        if record is not None and self.sends_content:
            attributes |= _content(record)
        began_ns = round(flight.started_at_s * _NS)
        operation = _OPERATIONS.get(flight.operation, str(flight.operation))
        span = self._tracer.start_span(
            f"{operation} {flight.model_asked}".strip(),
            context=parent,
            kind=SpanKind.CLIENT,
            attributes=attributes,
            start_time=began_ns,
        )
        self._ids.next = None
        self._attempts(span, began_ns, record)
        if flight.state in _WRONG:
            span.set_status(Status(StatusCode.ERROR, flight.error_kind or str(flight.state)))
        span.end(end_time=began_ns + _ns(flight.took_ms))
        return span

    def _attempts(self, span: Any, began_ns: int, record: FlightRecord | None) -> None:
        """Where several were asked, each as a span below."""
        if record is None or len(record.attempt_log) <= 1:
            return
        context = set_span_in_context(span)
        for each in record.attempt_log:
            told = {names.ACCOUNT: each.account, names.REQUEST_MODEL: each.model}
            if each.status is not None:
                told[names.STATUS] = each.status  # type: ignore[assignment]
            child = self._tracer.start_span(
                f"attempt {each.account}",
                context=context,
                kind=SpanKind.CLIENT,
                attributes=told,
                start_time=began_ns + _ns(each.start_ms),
            )
            if each.outcome:
                child.set_status(Status(StatusCode.ERROR, each.outcome[:200]))
            child.end(end_time=began_ns + _ns(each.end_ms))

    def _measure(self, flight: FlightSummary) -> None:
        common = _common(flight)
        failed = {names.ERROR_TYPE: flight.error_kind} if flight.error_kind else {}
        if flight.took_ms is not None:
            self._took.record(flight.took_ms / 1000, {**common, **failed})
        if flight.ttft_ms is not None:
            self._first.record(flight.ttft_ms / 1000, common)
        if not flight.is_counted:
            return
        usage = flight.usage
        for kind, tokens in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            if tokens is not None:
                self._tokens.record(tokens, {**common, names.TOKEN_TYPE: kind})
        if flight.cost_usd:
            self._cost.add(flight.cost_usd, common)

    def _log(self, flight: FlightSummary, span: Any) -> None:
        is_cut = flight.state is FlightState.CUT
        self._logger.emit(
            timestamp=round(flight.started_at_s * _NS) + _ns(flight.took_ms),
            context=set_span_in_context(span),
            severity_number=SeverityNumber.WARN if is_cut else SeverityNumber.ERROR,
            body=flight.error_text or f"The flight is {flight.state}.",
            attributes=_known({names.FLIGHT: flight.id, names.ERROR_TYPE: flight.error_kind}),
        )


def _common(flight: FlightSummary) -> dict[str, Any]:
    """Of few values, for metrics. A model that nobody answered with is a caller's own word."""
    provider = flight.provider
    model = None if provider is None else flight.model_served or flight.model_asked
    told = {
        names.OPERATION: _OPERATIONS.get(flight.operation, str(flight.operation)),
        names.PROVIDER: names.PROVIDERS.get(provider or "", provider),
        names.REQUEST_MODEL: model,
    }
    return _known(told)


def _attributes(flight: FlightSummary) -> dict[str, Any]:
    usage = flight.usage
    told = {
        **_common(flight),
        names.REQUEST_MODEL: flight.model_asked,
        names.REQUEST_STREAM: flight.streaming,
        names.RESPONSE_MODEL: flight.model_served,
        names.FINISH_REASONS: [flight.stop_reason] if flight.stop_reason else None,
        names.FIRST_CHUNK: None if flight.ttft_ms is None else flight.ttft_ms / 1000,
        names.INPUT_TOKENS: usage.input_tokens,
        names.OUTPUT_TOKENS: usage.output_tokens,
        names.CACHE_READ_TOKENS: usage.cache_read_tokens,
        names.CACHE_CREATION_TOKENS: usage.cache_write_tokens,
        names.REASONING_TOKENS: usage.reasoning_tokens,
        names.ERROR_TYPE: flight.error_kind,
        names.FLIGHT: flight.id,
        names.STATE: str(flight.state),
        names.CLIENT: flight.client if flight.client != NO_CLIENT else None,
        names.LABEL: flight.label or None,
        names.PROJECT: flight.project or None,
        names.ACCOUNT: flight.account,
        names.JOB: flight.job or None,
        names.COST: flight.cost_usd,
        names.ATTEMPTS: flight.attempts,
        names.STATUS: flight.status,
    }
    return _known(told)


def _known(told: dict[str, Any]) -> dict[str, Any]:
    """Unknown is left out."""
    return {name: value for name, value in told.items() if value is not None and value != ""}


def _content(record: FlightRecord) -> dict[str, Any]:
    """What was said, as it was recorded: in the caller's dialect, without secrets."""
    told: dict[str, Any] = {}
    for name, role, body in (
        (names.INPUT_MESSAGES, "user", record.request_body),
        (names.OUTPUT_MESSAGES, "assistant", record.answer_body),
    ):
        if body:
            parts = [{"type": "text", "content": body.decode("utf-8", "replace")}]
            told[name] = json.dumps([{"role": role, "parts": parts}])
    return told


def _ns(ms: float | None) -> int:
    return round((ms or 0.0) * 1_000_000)
