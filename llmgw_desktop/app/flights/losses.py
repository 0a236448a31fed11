"""What a flight lost in translation, for people: each loss by its name, in words, with the reason.

The reasons are the codecs' own (`losses` of `wire/translate/codec.py`), so that the window, the
documents and the gateway say the same.
"""

from collections.abc import Mapping

from llmgw_desktop.app.flights.formats import PROTOCOL_WORDS
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.guard import MOST_COUNTED, Finding, GuardAction, GuardHit, PromptRole
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.truncation import PROMPT_CUT
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire.translate.losses import Feature

_NOT_READ = "Not all of it read"
_CUT_WORDS = (
    "A server with a shorter context than the prompt leaves its beginning out and says nothing. "
    "Give the model a longer context: num_ctx or OLLAMA_CONTEXT_LENGTH of Ollama, the context "
    "length of LM Studio, --ctx-size of llama.cpp."
)
FEATURE_WORDS: Mapping[Feature, str] = {
    Feature.SYSTEM_POSITION: "Place of a system message",
    Feature.DEVELOPER_ROLE: "Role developer",
    Feature.SPEAKER_NAME: "Speaker's name",
    Feature.IMAGE: "Image",
    Feature.IMAGE_URL: "Image at an address",
    Feature.IMAGE_DETAIL: "Level of detail of an image",
    Feature.DOCUMENT: "Document",
    Feature.DOCUMENT_URL: "Document at an address",
    Feature.DOCUMENT_FACTS: "Facts about a document",
    Feature.AUDIO: "Sound",
    Feature.VIDEO: "Video",
    Feature.FILE_ID: "File kept by a provider",
    Feature.THINKING: "Earlier thinking",
    Feature.REDACTED_THINKING: "Hidden thinking",
    Feature.SIGNATURE: "Signature",
    Feature.CITATIONS: "Citations",
    Feature.REFUSAL: "Refusal",
    Feature.HOSTED_ITEM: "Work of a provider's tool",
    Feature.RESULT_MEDIA: "Media in a tool's result",
    Feature.RESULT_IS_ERROR: "Failure of a tool",
    Feature.CACHE_MARK: "Cache mark",
    Feature.EMPTY_TEXT: "Empty text",
    Feature.PREFILL: "Beginning of the answer",
    Feature.CALL_ARGUMENTS: "Arguments of a call",
    Feature.CALL_PAIRING: "Call or result on its own",
    Feature.TOOLS: "Tools of the caller",
    Feature.HOSTED_TOOL: "Tool run by a provider",
    Feature.CUSTOM_TOOL: "Custom tool",
    Feature.CUSTOM_GRAMMAR: "Grammar of a custom tool",
    Feature.TOOL_NAMESPACE: "Namespace of tools",
    Feature.TOOL_STRICT: "Strict tool",
    Feature.TOOL_SCHEMA: "Schema of a tool",
    Feature.TOOL_CHOICE: "Choice among the tools",
    Feature.PARALLEL_TOOLS: "Calls at the same time",
    Feature.TEMPERATURE: "Temperature",
    Feature.TOP_P: "Top-p",
    Feature.TOP_K: "Top-k",
    Feature.SEED: "Seed",
    Feature.PENALTIES: "Penalties",
    Feature.LOGPROBS: "Log probabilities",
    Feature.CANDIDATES: "Several answers",
    Feature.STOP: "Stop sequences",
    Feature.MAX_TOKENS: "Limit of tokens",
    Feature.REASONING: "How much to think",
    Feature.REASONING_SUMMARY: "How thinking is shown",
    Feature.OUTPUT_FORMAT: "Form of the answer",
    Feature.VERBOSITY: "Verbosity",
    Feature.SERVICE_TIER: "Service tier",
    Feature.USER: "Name of the end user",
    Feature.METADATA: "Metadata",
    Feature.CACHE_KEY: "Cache key",
    Feature.STORE: "Wish to store the answer",
    Feature.STOP_SEQUENCE: "Which stop sequence was met",
    Feature.STOP_KIND: "Why the model stopped",
    Feature.OUTPUT_MEDIA: "Media in the answer",
    Feature.FIELD: "Field",
}
_NAMED_IN_LINE = 6
_NAMES = frozenset(map(str, Feature))
_OF_ANSWER = frozenset({Feature.STOP_SEQUENCE, Feature.STOP_KIND, Feature.OUTPUT_MEDIA})
"""Lost on the way back, so that the reason lies with the caller's dialect."""


@value
class Loss:
    """`name` is as in the header `x-llmgw-dropped`."""

    name: str
    what: str
    why: str
    """A sentence."""


@value
class LossesTold:
    """What the section of the overview says."""

    sentence: str
    losses: tuple[Loss, ...] = ()
    title: str = "Lost in translation"

    @property
    def lines(self) -> tuple[Loss, ...]:
        """As the section shows them."""
        return self.losses

    @property
    def copy_text(self) -> str:
        """For a report to somebody: one line a loss."""
        lines = [f"{loss.name}: {loss.what}. {loss.why}" for loss in self.losses]
        return "\n".join([self.sentence, *lines])


def losses_told(flight: FlightSummary) -> LossesTold | None:
    """None for a flight that was not translated, and whose prompt nobody cut."""
    if not flight.is_translated and not flight.losses:
        return None
    losses = tuple(_loss(name, flight) for name in flight.losses)
    if not flight.is_translated:
        words = "The server may not have read all of the prompt."
        return LossesTold(sentence=words, losses=losses, title=_NOT_READ)
    return LossesTold(sentence=_sentence(flight), losses=losses)


def losses_line(flight: FlightSummary) -> str:
    """«Lost in translation: Seed, Top-k»; empty where nothing was."""
    told = losses_told(flight)
    if told is None or not told.losses:
        return ""
    names = [loss.what for loss in told.losses[:_NAMED_IN_LINE]]
    more = len(told.losses) - len(names)
    return f"{told.title}: {', '.join(names)}{f' and {more:,} more' if more else ''}"


def _sentence(flight: FlightSummary) -> str:
    ours, theirs = _words(flight.protocol), _words(flight.upstream_protocol)
    if carried := [name for name in flight.losses if not name.startswith(PROMPT_CUT)]:
        so_far = " so far" if flight.is_running else ""
        count = counted(len(carried), "thing")
        return f"{count} could not be carried between {ours} and {theirs}{so_far}."
    if flight.error_kind == "loss_refused":
        return "Nothing was sent: this client allows no losses. The error above names them."
    if flight.is_running:
        return f"Nothing was lost between {ours} and {theirs} so far."
    if flight.state is FlightState.OK:
        return f"Nothing was lost between {ours} and {theirs}."
    return f"Nothing was lost between {ours} and {theirs}, as far as it came."


def _loss(name: str, flight: FlightSummary) -> Loss:
    word, _, detail = name.partition(":")
    shown = inert_line(detail, 80)
    if word == PROMPT_CUT:
        return Loss(name=name, what=f"Prompt, of which the server counted {shown}", why=_CUT_WORDS)
    if word not in _NAMES:
        # written by a newer version that knows more
        return Loss(name=name, what=inert_line(name, 80), why="")
    feature = Feature(word)
    what = FEATURE_WORDS[feature]
    if feature is Feature.FIELD:
        why = f"It has no counterpart outside {_words(flight.protocol)}."
        return Loss(name=name, what=f"{what} {shown}".rstrip(), why=why)
    if shown:
        what = f"{what} ({shown})"
    return Loss(name=name, what=what, why=_reason(feature, flight))


def _reason(feature: Feature, flight: FlightSummary) -> str:
    """Most losses happen on the way to the provider, some by the same name on the way back."""
    ways = [flight.upstream_protocol, flight.protocol]
    for protocol in reversed(ways) if feature in _OF_ANSWER else ways:
        reason = "" if protocol is None else codec_of(protocol).losses.get(feature, "")
        if reason:
            return _as_sentence(reason)
    return f"{_words(flight.upstream_protocol)} has no place for it."


def _as_sentence(reason: str) -> str:
    begun = reason[:1].upper() + reason[1:]
    return begun if begun.endswith((".", "`")) else f"{begun}."


def _words(protocol: ModelProtocol | None) -> str:
    return "the provider's dialect" if protocol is None else PROTOCOL_WORDS[protocol]


_ROLE_WORDS: Mapping[PromptRole, str] = {
    PromptRole.SYSTEM: "instructions and tools",
    PromptRole.USER: "the user's words",
    PromptRole.ASSISTANT: "the model's words",
    PromptRole.TOOL: "tools' results",
}
_ACTION_WORDS: Mapping[GuardAction, str] = {
    GuardAction.BLOCK: "Blocked",
    GuardAction.MASK: "Hidden",
    GuardAction.WARN: "Noted",
}
_FINDING_WORDS: Mapping[Finding, tuple[str, str]] = {
    Finding.EMAIL: ("email address", "email addresses"),
    Finding.PHONE: ("phone number", "phone numbers"),
    Finding.CREDIT_CARD: ("credit card number", "credit card numbers"),
    Finding.IBAN: ("IBAN", "IBANs"),
    Finding.IP_ADDRESS: ("IP address", "IP addresses"),
    Finding.SSN: ("social security number", "social security numbers"),
    Finding.SECRET: ("key or token", "keys and tokens"),
}


@value
class FoundLine:
    """What one rule found of one kind."""

    name: str
    """As the settings call the rule."""
    what: str
    why: str


@value
class GuardsTold:
    """What the section of the overview says."""

    sentence: str
    lines: tuple[FoundLine, ...]

    @property
    def copy_text(self) -> str:
        """For a report to somebody: one line a finding."""
        return "\n".join([self.sentence, *(f"{each.what}: {each.why}" for each in self.lines)])


def guards_told(flight: FlightSummary) -> GuardsTold | None:
    """None where nothing was found."""
    hits = flight.guard_hits
    if not hits:
        return None
    lines = tuple(
        FoundLine(name=hit.rule, what=f"{_ACTION_WORDS[hit.action]} by {hit.rule}", why=_why(hit))
        for hit in hits
    )
    return GuardsTold(sentence=_finding_sentence(hits), lines=lines)


def _finding_sentence(hits: tuple[GuardHit, ...]) -> str:
    actions = {hit.action for hit in hits}
    if GuardAction.BLOCK in actions:
        return "Nothing was sent to anybody."
    if GuardAction.MASK in actions:
        return (
            "Placeholders were sent in the place of what was hidden, and are all that is "
            "recorded. The client gets the real words back."
        )
    return "The request went on as it was."


def _why(hit: GuardHit) -> str:
    where = _ROLE_WORDS[hit.role]
    if hit.what == "allow":
        return f"Nothing that has to stand in {where} does."
    known = _FINDING_WORDS.get(Finding(hit.what)) if hit.what in set(Finding) else None
    count = f"{hit.count:,} or more" if hit.count == MOST_COUNTED else f"{hit.count:,}"
    if known is not None:
        told = f"{count} {known[0] if hit.count == 1 else known[1]}"
    else:
        told = f"{hit.what.capitalize()} of deny, {count} {'time' if hit.count == 1 else 'times'}"
    return f"{told} in {where}."
