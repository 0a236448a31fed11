"""A model's turn put together again: clients send the pieces of a stream back as they came."""

from collections.abc import Iterable, Sequence

from llmgw_desktop.domain.content import Item, Role, Signature, Text, Thinking, Turn


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
