import itertools
import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.wire.translate.tools import Unwrapper, Wrapper, input_schema, unwrapped, wrapped

PATCH = '*** Begin Patch\n*** Update File: a\\b.py\n-\t"x"\n+ ü 😀\n*** End Patch\n'


def _in_pieces(arguments: str, cuts: list[int]) -> str:
    spots = sorted({min(cut, len(arguments)) for cut in cuts} | {0, len(arguments)})
    reader = Unwrapper()
    pieces = [reader.feed(arguments[a:b]) for a, b in itertools.pairwise(spots)]
    return "".join(pieces) + reader.finish()


def test_a_patch_comes_back_as_it_was() -> None:
    assert json.loads(wrapped(PATCH)) == {"input": PATCH}
    assert unwrapped(wrapped(PATCH)) == PATCH


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ("", ""),
        ("{}", ""),
        ('{"input":""}', ""),
        ('{ "input" : "a\\u0062\\ud83d\\ude00" }', "ab😀"),
        ('{"input":"a","more":1}', "a"),
        ('{"more":1,"input":"a"}', "a"),
        ('{"patch":"a"}', '{"patch":"a"}'),
        ('{"input":7}', '{"input":7}'),
        ("not json", "not json"),
        ('{"input":"cut sh', "cut sh"),
        ('{"input":"cut \\', "cut \\"),
        ('{"input":"raw\nline"}', "raw\nline"),
        ('{"input":"\\ud83d alone"}', "\ufffd alone"),
        ('{"input":"\\ud83d\\ud83d\\ude00"}', "\ufffd😀"),
        ('{"input":"\\uZZ \\q"}', "\\uZZ \\q"),
        ('{"input":"a\\\\ud83d"}', "a\\ud83d"),
        ('{"input":"\\ud83d\\ude0Z"}', "\ufffd\\ude0Z"),
    ],
)
def test_what_models_write(arguments: str, text: str) -> None:
    assert unwrapped(arguments) == text
    assert _in_pieces(arguments, list(range(len(arguments)))) == text


def test_text_does_not_wait_for_the_end() -> None:
    reader = Unwrapper()
    assert reader.feed('{"input":') == ""
    assert reader.feed('"one') == "one"
    assert reader.feed(" two\\") == " two"
    assert reader.feed('n three"}') == "\n three"
    assert reader.finish() == ""


@given(text=st.text(), cuts=st.lists(st.integers(0, 300)))
def test_any_text_survives_any_cut(text: str, cuts: list[int]) -> None:
    for written in (wrapped(text), json.dumps({"input": text}, indent=1)):
        assert _in_pieces(written, cuts) == text


@given(
    inner=st.lists(
        st.sampled_from(["\\", "u", "d83d", "de00", "\\ud83d", "\\ude00", '"', "x", "n"])
    ),
    cuts=st.lists(st.integers(0, 80)),
)
def test_strange_escapes_read_the_same_however_they_are_cut(
    inner: list[str], cuts: list[int]
) -> None:
    written = '{"input":"' + "".join(inner)
    whole = unwrapped(written)
    assert _in_pieces(written, cuts) == whole
    orjson.dumps(whole)


@given(arguments=st.text(alphabet='{}" :inputabc\\'), cuts=st.lists(st.integers(0, 40)))
def test_arguments_of_any_form_read_the_same_however_they_are_cut(
    arguments: str, cuts: list[int]
) -> None:
    assert _in_pieces(arguments, cuts) == unwrapped(arguments)


@given(pieces=st.lists(st.text()))
def test_wrapping_piece_by_piece_is_wrapping(pieces: list[str]) -> None:
    writer = Wrapper()
    written = "".join(writer.feed(piece) for piece in pieces) + writer.finish()
    assert written == wrapped("".join(pieces))


def test_many_small_pieces_take_linear_time() -> None:
    reader = Unwrapper()
    text = "a\\n" * 200_000
    got = sum(len(reader.feed(piece)) for piece in ('{"input":"', *text))
    assert got + len(reader.finish()) == 400_000


def test_half_characters_are_replaced() -> None:
    assert unwrapped(wrapped("a\ud83db")) == "a\ufffdb"


def test_the_grammar_is_told_in_words() -> None:
    schema = input_schema({"type": "grammar", "syntax": "lark", "definition": "start: WORD"})
    assert "lark" in str(schema)
    assert "start: WORD" in str(schema)
    assert "grammar" not in str(input_schema({"type": "text"}))
    assert input_schema()["required"] == ["input"]
