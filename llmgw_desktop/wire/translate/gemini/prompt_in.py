"""A caller's request becomes a prompt. What of it no other protocol knows is reported.

A model's turn is put together again: clients send the pieces of a stream back as they came.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import Item, Role, Signature, Text, Thinking, Turn
from llmgw_desktop.domain.model.prompt import (
    Effort,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
)
from llmgw_desktop.wire.gemini import countable
from llmgw_desktop.wire.translate.gemini.parts_in import PartReader
from llmgw_desktop.wire.translate.gemini.spelling import (
    child,
    from_json_schema,
    from_openapi,
    lose_rest,
    object_of,
    whole,
)
from llmgw_desktop.wire.translate.gemini.tools import read_choice, read_tools
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.members import (
    Fields,
    elements_in,
    elements_of,
    maybe_flag,
    maybe_number,
    maybe_text,
    texts_in,
)

PATH = "generationConfig"
_KNOWN_IN_CONFIG = frozenset(
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
    lose_rest(config, _KNOWN_IN_CONFIG, losses, PATH)
    modalities = [word.upper() for word in texts_in(config, "responseModalities", PATH)]
    if modalities not in ([], ["TEXT"]):
        losses.lost(Feature.FIELD, f"{PATH}.responseModalities")


def read_sampling(config: Fields) -> Sampling:
    logprobs = whole(config, "logprobs", PATH)
    wants_logprobs = maybe_flag(config, "responseLogprobs", PATH) is True
    return Sampling(
        temperature=maybe_number(config, "temperature", PATH),
        top_p=maybe_number(config, "topP", PATH),
        top_k=whole(config, "topK", PATH),
        seed=whole(config, "seed", PATH),
        presence_penalty=maybe_number(config, "presencePenalty", PATH),
        frequency_penalty=maybe_number(config, "frequencyPenalty", PATH),
        logprobs=(logprobs or 0) if wants_logprobs else None,
        candidates=whole(config, "candidateCount", PATH),
    )


def read_output(config: Fields, losses: LossReport) -> OutputFormat | None:
    schema = None
    if (given := config.get("responseJsonSchema")) is not None:
        schema = from_json_schema(given, f"{PATH}.responseJsonSchema")
    elif (given := config.get("responseSchema")) is not None:
        schema = from_openapi(given, f"{PATH}.responseSchema")
    kind = (maybe_text(config, "responseMimeType", PATH) or "").partition(";")[0].strip().lower()
    if kind not in ("", "text/plain", _JSON):
        losses.lost(Feature.FIELD, f"{PATH}.responseMimeType")
        return None
    if schema is not None:
        return OutputFormat(kind=OutputKind.SCHEMA, schema=schema)
    return OutputFormat(kind=OutputKind.JSON) if kind == _JSON else None


def read_reasoning(config: Fields, losses: LossReport) -> Reasoning | None:
    thinking = child(config, "thinkingConfig", PATH)
    if thinking is None:
        return None
    path = f"{PATH}.thinkingConfig"
    lose_rest(thinking, _THINKING, losses, "thinkingConfig")
    shown = maybe_flag(thinking, "includeThoughts", path)
    budget = whole(thinking, "thinkingBudget", path)
    level = (maybe_text(thinking, "thinkingLevel", path) or "").upper()
    if level and level not in _LEVELS and level != "THINKING_LEVEL_UNSPECIFIED":
        raise MalformedRequest(f"must be one of {', '.join(_LEVELS)}", path=f"{path}.thinkingLevel")
    effort = _LEVELS.get(level)
    if budget == 0:
        effort, budget = Effort.NONE, None
    show = None if shown is None else "auto" if shown else "none"
    if effort is None and budget is None and show is None:
        return None
    return Reasoning(effort=effort, budget_tokens=budget, show=show)


def whole_turns(turns: Iterable[Turn]) -> list[Turn]:
    """Neighbouring turns of the model are one, and so are the pieces of a text in it."""
    found: list[Turn] = []
    pieces: list[Item] = []
    for turn in turns:
        if turn.role is Role.ASSISTANT:
            pieces += turn.items
            continue
        found += _model_turn(pieces)
        pieces = []
        found.append(turn)
    return found + _model_turn(pieces)


def _model_turn(pieces: Sequence[Item]) -> list[Turn]:
    """None where the model said nothing."""
    items = _signed_once(_joined(pieces))
    return [Turn(role=Role.ASSISTANT, items=tuple(items))] if items else []


def _joined(pieces: Sequence[Item]) -> list[Item]:
    """A signature ends the text that it seals; alone it belongs to the text before."""
    found: list[Item] = []
    run = _Run()
    for item in pieces:
        if not isinstance(item, Text | Thinking):
            found += run.ended()
            found.append(item)
            continue
        if not run.takes(item):
            found += run.ended()
        run.add(item)
    return found + run.ended()


class _Run:
    """Pieces of one text, or of one thinking."""

    __slots__ = ("_last", "_texts")

    def __init__(self) -> None:
        self._last: Text | Thinking | None = None
        self._texts: list[str] = []

    def takes(self, item: Text | Thinking) -> bool:
        last = self._last
        return last is None or (type(last) is type(item) and last.signature is None)

    def add(self, item: Text | Thinking) -> None:
        self._last = item
        self._texts.append(item.text)

    def ended(self) -> list[Item]:
        last, text = self._last, "".join(self._texts)
        self._last, self._texts = None, []
        if last is None or (not text and last.signature is None):
            return []  # the last piece of a stream has a reason and no words
        return [type(last)(text=text, signature=last.signature)]


def _signed_once(items: list[Item]) -> list[Item]:
    """Thinking that came twice, in its own part without a signature and with one on the call,
    stands in its own place, with the signature."""
    bare = {item.text for item in items if isinstance(item, Thinking) and item.signature is None}
    seals: dict[str, Signature] = {}
    for item in items:
        if isinstance(item, Thinking) and item.signature is not None and item.text in bare:
            seals.setdefault(item.text, item.signature)
    found: list[Item] = []
    placed: set[Signature] = set()
    for item in items:
        if not isinstance(item, Thinking) or item.text not in seals:
            found.append(item)
        elif seals[item.text] not in placed:
            placed.add(seals[item.text])
            found.append(Thinking(text=item.text, signature=seals[item.text]))
        elif item.signature not in (None, seals[item.text]):
            found.append(item)
    return found


_CONTENT = frozenset({"role", "parts"})
_ROLES = {"user": Role.USER, "function": Role.USER, "model": Role.ASSISTANT}


def read_system(given: Any, losses: LossReport) -> list[Turn]:
    """A string, a content, or parts; only text may stand in it."""
    path = "systemInstruction"
    if given is None:
        return []
    if isinstance(given, str):
        return [_system([Text(text=given)])] if given else []
    if type(given) is list:
        parts = list(elements_of(given, path))
    else:
        fields = object_of(given, path)
        lose_rest(fields, _CONTENT | {"text"}, losses, path)
        if isinstance(fields.get("text"), str):
            return [_system([Text(text=fields["text"])])]
        parts = list(_parts(fields, path))
    reader = PartReader(losses)
    said: list[Item] = []
    for part, place in parts:
        if isinstance(part, str):
            said.append(Text(text=part))
            continue
        for item in reader.read(part, place, by_model=False):
            if not isinstance(item, Text):
                raise MalformedRequest("only text may stand here", path=place)
            said.append(item)
    return [_system(said)] if said else []


def read_contents(fields: Fields, losses: LossReport) -> list[Turn]:
    given = fields.get("contents")
    if type(given) is dict or isinstance(given, str):
        given = [given]
    reader = PartReader(losses)
    turns = [
        _turn(content, path, reader, losses)
        for content, path in elements_in({"contents": given}, "contents")
    ]
    if not turns:
        raise MalformedRequest("at least one content is required", path="contents")
    return whole_turns(turns)


def _turn(content: object, path: str, reader: PartReader, losses: LossReport) -> Turn:
    if isinstance(content, str):
        return Turn(role=Role.USER, items=(Text(text=content),))
    fields = object_of(content, path)
    lose_rest(fields, _CONTENT, losses, "content")
    given = fields.get("role")
    role = _ROLES.get(given or "user") if isinstance(given, str | None) else None
    if role is None:
        raise MalformedRequest("must be user or model", path=f"{path}.role")
    found: list[Item] = []
    for part, place in _parts(fields, path):
        found += reader.read(part, place, by_model=role is Role.ASSISTANT)
    return Turn(role=role, items=tuple(found))


def _parts(fields: Fields, path: str) -> list[tuple[Any, str]]:
    given = fields.get("parts")
    if type(given) is dict:  # one part alone, without its list
        return [(given, f"{path}.parts")]
    return list(elements_in(fields, "parts", path))


def _system(said: list[Item]) -> Turn:
    return Turn(role=Role.SYSTEM, items=tuple(said))


_KNOWN = frozenset(
    {
        "model",
        "contents",
        "systemInstruction",
        "tools",
        "toolConfig",
        "generationConfig",
        "cachedContent",
        "serviceTier",
        "store",
    }
)
_TIERS = {"standard": "default", "flex": "flex", "priority": "priority", "unspecified": None}


def read_prompt(
    fields: Mapping[str, Any], model: str, streaming: bool, losses: LossReport
) -> Prompt:
    """MalformedRequest with the place of what is wrong. Who asks for a count may give the whole
    request in a member of its own."""
    top = object_of(dict(countable(fields)))
    if top.get("cachedContent"):
        raise MalformedRequest(
            "cached content is kept by Google alone and cannot be used with this model; send the"
            " content itself",
            path="cachedContent",
        )
    lose_rest(top, _KNOWN, losses)
    config = child(top, "generationConfig") or {}
    report_rest(config, losses)
    return Prompt(
        model=model,
        turns=(*read_system(top.get("systemInstruction"), losses), *read_contents(top, losses)),
        tools=read_tools(top, losses),
        tool_choice=read_choice(top, losses),
        reasoning=read_reasoning(config, losses),
        output=read_output(config, losses),
        sampling=read_sampling(config),
        # 0 is this protocol's way to say nothing
        max_tokens=whole(config, "maxOutputTokens", PATH, least=0) or None,
        stop=texts_in(config, "stopSequences", PATH),
        streaming=streaming,
        service_tier=_tier(maybe_text(top, "serviceTier"), losses),
        store=maybe_flag(top, "store"),
    )


def _tier(word: str | None, losses: LossReport) -> str | None:
    if not word:
        return None
    plain = word.lower().removeprefix("service_tier_")
    if plain not in _TIERS:
        losses.lost(Feature.FIELD, "serviceTier")
    return _TIERS.get(plain)
