"""How an answer in Responses ends: what its last event tells again, and why it stopped."""

from llmgw_desktop.domain.answer import AnswerEnded, AnswerFailed, Stop, StopKind, UsageTold
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.answer_facts import object_in, word_in
from llmgw_desktop.wire.translate.openai_responses.growing_answer import Event, GrowingAnswer
from llmgw_desktop.wire.usages.openai import responses_usage

_REASONS = {"max_output_tokens": StopKind.LENGTH, "content_filter": StopKind.REFUSAL}
_STATUSES = {
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "slow_down": 429,
    "server_error": 500,
    "server_is_overloaded": 503,
    "invalid_prompt": 400,
    "context_length_exceeded": 400,
}
_LONGEST_MESSAGE = 2000


def end(answer: GrowingAnswer, response: Event) -> None:
    """What the last event tells, or an answer that did not come as a stream. Raises UpstreamGarbage
    for one that is not finished."""
    if response.get("error") or response.get("status") in ("failed", "cancelled"):
        fail(answer, {"response": response})
        return
    if response.get("status") in ("in_progress", "queued"):
        raise UpstreamGarbage("The provider's answer is not finished.")
    answer.begin(response)
    _hydrate(answer, response.get("output"))
    for growing in list(answer.items.values()):
        if not growing.is_over:
            growing.finish({})
    answer.is_over = True
    _tell_usage(answer, response)
    answer.telling.events.append(AnswerEnded(stop=_stop(answer, response)))


def _tell_usage(answer: GrowingAnswer, response: Event) -> None:
    usage = responses_usage(response)
    if usage != UNKNOWN_USAGE:
        answer.telling.events.append(UsageTold(usage=usage))


def _hydrate(answer: GrowingAnswer, output: object) -> None:
    """The last event tells all items again: here is what no other event has told."""
    for at, item in enumerate(output if isinstance(output, list) else ()):
        if not isinstance(item, dict):
            continue
        growing = answer.by_id.get(str(item.get("id"))) or answer.items.get(at)
        if growing is None:
            growing = answer.add(("last", at), item)
        if not growing.is_over:
            growing.finish(item)


def _stop(answer: GrowingAnswer, response: Event) -> Stop:
    reason = word_in(object_in(response, "incomplete_details"), "reason")
    if reason is not None:
        return Stop(kind=_REASONS.get(reason, StopKind.END), vendor_word=reason)
    status = word_in(response, "status")
    if status == "incomplete":
        return Stop(kind=StopKind.LENGTH, vendor_word=status)
    if answer.telling.calls:
        return Stop(kind=StopKind.TOOLS, vendor_word=status)
    kind = StopKind.REFUSAL if answer.telling.refuses else StopKind.END
    return Stop(kind=kind, vendor_word=status)


def fail(answer: GrowingAnswer, event: Event) -> None:
    """The vendor's own words for it."""
    response = object_in(event, "response")
    error = object_in(response, "error") or object_in(event, "error") or event
    kind = word_in(error, "code") or ("" if error is event else word_in(error, "type")) or ""
    message = error.get("message")
    if not isinstance(message, str) or not message:
        message = f"The provider says that the answer {response.get('status') or 'failed'}."
    if response:
        answer.begin(response)
        _tell_usage(answer, response)  # what failed may be billed all the same
    answer.is_over = True
    failed = AnswerFailed(
        message=message[:_LONGEST_MESSAGE],
        kind=kind,
        status=_STATUSES.get(kind),
    )
    answer.telling.events.append(failed)
