"""The contents and the system instruction of a request become turns."""

from typing import Any

from llmgw_desktop.domain.content import Item, Role, Text, Turn
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.gemini.members import Fields, items, object_of, report_others
from llmgw_desktop.wire.translate.gemini.parts_in import PartReader
from llmgw_desktop.wire.translate.gemini.pieces import whole_turns
from llmgw_desktop.wire.translate.losses import LossReport

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
        parts = list(items({path: given}, path, ""))
    else:
        fields = object_of(given, path)
        report_others(fields, _CONTENT | {"text"}, losses, f"{path}.")
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
        for content, path in items({"contents": given}, "contents", "")
    ]
    if not turns:
        raise MalformedRequest("at least one content is required", path="contents")
    return whole_turns(turns)


def _turn(content: object, path: str, reader: PartReader, losses: LossReport) -> Turn:
    if isinstance(content, str):
        return Turn(role=Role.USER, items=(Text(text=content),))
    fields = object_of(content, path)
    report_others(fields, _CONTENT, losses, "content.")
    given = fields.get("role")
    role = Role.USER if given in (None, "") else _ROLES.get(given) if _is_word(given) else None
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
    return list(items(fields, "parts", f"{path}."))


def _is_word(value: object) -> bool:
    return isinstance(value, str)


def _system(said: list[Item]) -> Turn:
    return Turn(role=Role.SYSTEM, items=tuple(said))
