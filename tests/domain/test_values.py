"""Values made by a function are those that their class makes."""

import pickle
from copy import copy
from dataclasses import asdict, field, fields, replace

import pytest

from llmgw_desktop.domain.flights.flight import FlightSummary, Phase, PhaseName
from llmgw_desktop.domain.values import maker, value
from tests.support.made_flights import failed, summary


@pytest.mark.parametrize("made", [summary(1), failed(2)])
def test_a_made_value_is_the_same(made: FlightSummary) -> None:
    parts = {each.name: getattr(made, each.name) for each in fields(FlightSummary)}
    again = maker(FlightSummary)(**parts)
    assert type(again) is FlightSummary
    assert again == made
    assert hash(again) == hash(made)


def test_defaults_hold() -> None:
    made = maker(Phase)(name=PhaseName.WAIT, start_ms=1.0, end_ms=2.0)
    assert made == Phase(name=PhaseName.WAIT, start_ms=1.0, end_ms=2.0, note="")


def test_what_is_missing_or_unknown_is_refused() -> None:
    make = maker(Phase)
    with pytest.raises(TypeError, match="end_ms"):
        make(name=PhaseName.WAIT, start_ms=1.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        make(name=PhaseName.WAIT, start_ms=1.0, end_ms=1.0, colour=1)  # type: ignore[call-arg]


@value
class _Point:
    x: int
    y: int = 0
    seen: int = field(default=0, compare=False)
    secret: str = field(default="", repr=False)


@value
class _Farther(_Point):
    z: int


@value(kw_only=False)
class _Pair:
    """Of two."""

    first: int
    second: int = 2


@value
class _Nothing:
    pass


@value
class _OwnWord:
    word: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _OwnWord) and other.word.lower() == self.word.lower()

    def __repr__(self) -> str:
        return "a word"


def test_values_are_like_what_they_hold() -> None:
    assert _Point(x=1, seen=5) == _Point(x=1, seen=6) != _Point(x=1, y=3)
    assert hash(_Point(x=1, seen=5)) == hash(_Point(x=1, seen=6))
    assert len({_Point(x=1), _Point(x=1), _Point(x=2)}) == 2
    assert _Point(x=1) != _Farther(x=1, z=1) == _Farther(x=1, z=1)
    assert _Point(x=1) != 1
    assert _Nothing() == _Nothing()
    assert hash(_Nothing()) == hash(_Nothing())
    assert _Pair(1) == _Pair(1, 2) == _Pair(first=1)


def test_values_show_no_secret() -> None:
    assert repr(_Point(x=1, secret="s")) == "_Point(x=1, y=0, seen=0)"
    assert repr(_Farther(x=1, z=2)) == "_Farther(x=1, y=0, seen=0, z=2)"
    assert repr(_Nothing()) == "_Nothing()"


def test_own_methods_stay() -> None:
    assert _OwnWord(word="A") == _OwnWord(word="a")
    assert repr(_OwnWord(word="a")) == "a word"
    assert hash(_OwnWord(word="a")) == hash(_OwnWord(word="a"))


def test_values_are_dataclasses_in_slots() -> None:
    made = _Farther(x=1, z=2)
    assert [each.name for each in fields(made)] == ["x", "y", "seen", "secret", "z"]
    assert replace(made, z=3) == _Farther(x=1, z=3)
    assert asdict(_Pair(1)) == {"first": 1, "second": 2}
    assert copy(made) == pickle.loads(pickle.dumps(made)) == made
    assert not hasattr(made, "__dict__")
    assert _Pair.__match_args__ == ("first", "second")
    assert (_Pair.__doc__, _Point.__doc__) == ("Of two.", "_Point")
    with pytest.raises(TypeError):
        _Point(1)  # type: ignore[misc]
