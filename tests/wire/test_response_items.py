"""The input of a kept answer, page by page."""

import json
from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.openai_responses import item_list

ITEMS: list[Any] = [
    {"role": "user", "content": "hello"},
    {"type": "function_call", "id": "fc_own", "call_id": "c", "name": "look", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "c", "output": "blue"},
    {"role": "assistant", "content": "well"},
]
IDS = ["msg_1_0", "fc_own", "fco_1_2", "msg_1_3"]


def _listed(query: str) -> dict[str, Any]:
    page: dict[str, Any] = json.loads(item_list(ITEMS, "resp_1", query))
    return page


def test_the_newest_come_first_each_with_an_id() -> None:
    page = _listed("")
    assert [item["id"] for item in page["data"]] == IDS[::-1]
    assert (page["object"], page["first_id"], page["last_id"]) == ("list", IDS[3], IDS[0])
    assert page["has_more"] is False


def test_a_plain_text_is_told_in_its_long_form() -> None:
    said, *_, answered = _listed("order=asc")["data"]
    assert said["content"] == [{"type": "input_text", "text": "hello"}]
    assert answered["content"] == [{"type": "output_text", "text": "well"}]
    assert ITEMS[0] == {"role": "user", "content": "hello"}


def test_pages_join_to_the_whole() -> None:
    seen: list[str] = []
    query = "order=asc&limit=3"
    while True:
        page = _listed(query)
        seen += [item["id"] for item in page["data"]]
        if not page["has_more"]:
            break
        query = f"order=asc&limit=3&after={page['last_id']}"
    assert seen == IDS


def test_of_nothing_there_is_an_empty_page() -> None:
    assert json.loads(item_list([], "resp_1", "")) == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("order=up", "order"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=many", "limit"),
        ("limit=%D9%A3", "limit"),
        ("after=msg_9", "after"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(query: str, path: str) -> None:
    with pytest.raises(MalformedRequest, match=path):
        item_list(ITEMS, "resp_1", query)
