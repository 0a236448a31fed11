"""One reader of a caller's members for all codecs: what it takes, what it refuses, and where."""

from collections.abc import Callable
from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate import members
from llmgw_desktop.wire.translate.losses import LossReport

HERE = "messages[2]"


@pytest.mark.parametrize(
    ("read", "value", "found"),
    [
        (members.text_in, "", ""),
        (members.name_in, "a", "a"),
        (members.needed_object, {}, {}),
        (members.maybe_text, None, None),
        (members.maybe_object, {"a": 1}, {"a": 1}),
        (members.maybe_flag, False, False),
        (members.maybe_number, 1.5, 1.5),
        (members.maybe_whole, 64.0, 64),
        (members.maybe_whole, -3, -3),
        (members.texts_in, ["a", ""], ("a", "")),
        (members.texts_in, None, ()),
    ],
)
def test_a_member_of_its_type_is_read(read: Callable[..., Any], value: Any, found: Any) -> None:
    assert read({"n": value}, "n", HERE) == found


@pytest.mark.parametrize(
    ("read", "value", "place"),
    [
        (members.text_in, None, ".n"),
        (members.text_in, 5, ".n"),
        (members.name_in, "", ".n"),
        (members.needed_object, None, ".n"),
        (members.maybe_object, [], ".n"),
        (members.maybe_flag, 1, ".n"),
        (members.maybe_number, True, ".n"),
        (members.maybe_whole, True, ".n"),
        (members.maybe_whole, 1.5, ".n"),
        (members.maybe_whole, "64", ".n"),
        (members.maybe_whole, 10**30, ".n"),
        (members.texts_in, ["a", 5], ".n[1]"),
        (members.texts_in, "a", ".n"),
    ],
)
def test_one_of_another_type_is_refused_with_its_place(
    read: Callable[..., Any], value: Any, place: str
) -> None:
    for path in (HERE, ""):
        with pytest.raises(MalformedRequest) as refused:
            read({"n": value}, "n", path)
        assert refused.value.path == f"{path}{place}".removeprefix(".")


def test_whole_numbers_stand_in_strings_and_above_a_bound_where_that_is_so() -> None:
    assert members.maybe_whole({"n": "64"}, "n", in_words=True) == 64
    with pytest.raises(MalformedRequest, match="at least 0"):
        members.maybe_whole({"n": -1}, "n", least=0)
    with pytest.raises(MalformedRequest, match="whole number"):
        members.maybe_whole({"n": "6.4"}, "n", in_words=True)


def test_a_word_stands_for_what_the_table_says() -> None:
    assert members.one_of({"n": "b"}, "n", {"a": 1, "b": 2}) == 2
    assert members.maybe_one_of({}, "n", {"a": 1}) is None
    with pytest.raises(MalformedRequest, match="must be one of a, b"):
        members.maybe_one_of({"n": "c"}, "n", {"a": 1, "b": 2})


def test_objects_of_a_list_come_with_their_places() -> None:
    assert list(members.objects_in({"n": [{"a": 1}, {}]}, "n", HERE)) == [
        ({"a": 1}, f"{HERE}.n[0]"),
        ({}, f"{HERE}.n[1]"),
    ]
    assert list(members.objects_in({"n": None}, "n")) == []
    with pytest.raises(MalformedRequest, match="must be an object"):
        list(members.objects_of([{}, 5], "n"))


@pytest.mark.parametrize(
    ("empty_says", "lost"), [(True, ("field:t.b", "field:t.c")), (False, ("field:t.c",))]
)
def test_what_nobody_reads_is_lost_by_name(empty_says: bool, lost: tuple[str, ...]) -> None:
    report = LossReport()
    given = {"a": 1, "b": "", "c": 2, "d": None}
    members.lose_others(given, {"a"}, report, "t", empty_says=empty_says)
    assert report.names == lost
