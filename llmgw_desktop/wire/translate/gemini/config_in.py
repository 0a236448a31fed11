"""generationConfig: how the caller wants its answer."""

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.prompt import Effort, OutputFormat, OutputKind, Reasoning, Sampling
from llmgw_desktop.wire.translate.gemini.members import (
    Fields,
    child,
    flag,
    number,
    report_others,
    text,
    texts,
    whole,
)
from llmgw_desktop.wire.translate.gemini.schema_in import from_json_schema, from_openapi
from llmgw_desktop.wire.translate.losses import Feature, LossReport

PATH = "generationConfig."
_KNOWN = frozenset(
    {
        "maxOutputTokens",
        "temperature",
        "topP",
        "topK",
        "stopSequences",
        "candidateCount",
        "seed",
        "presencePenalty",
        "frequencyPenalty",
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "responseModalities",
        "responseLogprobs",
        "logprobs",
        "thinkingConfig",
    }
)
_THINKING = frozenset({"thinkingBudget", "thinkingLevel", "includeThoughts"})
_LEVELS = {
    "MINIMAL": Effort.MINIMAL,
    "LOW": Effort.LOW,
    "MEDIUM": Effort.MEDIUM,
    "HIGH": Effort.HIGH,
    "XHIGH": Effort.XHIGH,
}
_JSON = "application/json"


def report_rest(config: Fields, losses: LossReport) -> None:
    """What of the configuration no other protocol knows."""
    report_others(config, _KNOWN, losses, PATH)
    modalities = [word.upper() for word in texts(config, "responseModalities", PATH)]
    if modalities not in ([], ["TEXT"]):
        losses.lost(Feature.FIELD, f"{PATH}responseModalities")


def read_sampling(config: Fields) -> Sampling:
    logprobs = whole(config, "logprobs", PATH)
    wants_logprobs = flag(config, "responseLogprobs", PATH) is True
    return Sampling(
        temperature=number(config, "temperature", PATH),
        top_p=number(config, "topP", PATH),
        top_k=whole(config, "topK", PATH),
        seed=whole(config, "seed", PATH),
        presence_penalty=number(config, "presencePenalty", PATH),
        frequency_penalty=number(config, "frequencyPenalty", PATH),
        logprobs=(logprobs or 0) if wants_logprobs else None,
        candidates=whole(config, "candidateCount", PATH),
    )


def read_max_tokens(config: Fields) -> int | None:
    told = whole(config, "maxOutputTokens", PATH)
    if told is not None and told < 0:
        raise MalformedRequest("must not be negative", path=f"{PATH}maxOutputTokens")
    return told or None  # 0 is this protocol's way to say nothing


def read_output(config: Fields, losses: LossReport) -> OutputFormat | None:
    schema = None
    if (given := config.get("responseJsonSchema")) is not None:
        schema = from_json_schema(given, f"{PATH}responseJsonSchema")
    elif (given := config.get("responseSchema")) is not None:
        schema = from_openapi(given, f"{PATH}responseSchema")
    kind = (text(config, "responseMimeType", PATH) or "").partition(";")[0].strip().lower()
    if kind not in ("", "text/plain", _JSON):
        losses.lost(Feature.FIELD, f"{PATH}responseMimeType")
        return None
    if schema is not None:
        return OutputFormat(kind=OutputKind.SCHEMA, schema=schema)
    return OutputFormat(kind=OutputKind.JSON) if kind == _JSON else None


def read_reasoning(config: Fields, losses: LossReport) -> Reasoning | None:
    thinking = child(config, "thinkingConfig", PATH)
    if thinking is None:
        return None
    path = f"{PATH}thinkingConfig."
    report_others(thinking, _THINKING, losses, "thinkingConfig.")
    shown = flag(thinking, "includeThoughts", path)
    budget = whole(thinking, "thinkingBudget", path)
    level = (text(thinking, "thinkingLevel", path) or "").upper()
    if level and level not in _LEVELS and level != "THINKING_LEVEL_UNSPECIFIED":
        raise MalformedRequest(f"must be one of {', '.join(_LEVELS)}", path=f"{path}thinkingLevel")
    effort = _LEVELS.get(level)
    if budget == 0:
        effort, budget = Effort.NONE, None
    show = None if shown is None else "auto" if shown else "none"
    if effort is None and budget is None and show is None:
        return None
    return Reasoning(effort=effort, budget_tokens=budget, show=show)


def read_stop(config: Fields) -> tuple[str, ...]:
    return texts(config, "stopSequences", PATH)
