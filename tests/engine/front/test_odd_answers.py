"""What an upstream answers that is no answer to a caller of ours."""

from __future__ import annotations

import json

import pytest

from tests.engine.conftest import House, as_new
from tests.support.answers import SocketBytes

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def house(standing_house: House) -> House:
    return as_new(standing_house)


BODY = json.dumps(
    {
        "model": "m",
        "choices": [{"message": {"role": "assistant", "content": "pong"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1},
    }
).encode()
FORMS = {"/v1/chat/completions": "server_error", "/v1/messages": "api_error"}
MISPLACED = (
    b"location: https://evil.example/\r\nwww-authenticate: Bearer\r\nset-cookie: a=b\r\n"
    b"content-location: /x\r\nlink: </x>; rel=next\r\nupgrade: h2c\r\nconnection: x-hop\r\n"
    b"x-hop: 1\r\nproxy-authenticate: Basic\r\nx-kept: yes\r\n"
)


def saying(status: int, lines: bytes = b"") -> SocketBytes:
    head = b"HTTP/1.1 %d Odd\r\ncontent-type: application/json\r\n" % status
    return SocketBytes(data=head + lines + b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY))


async def told(house: House, path: str) -> tuple[int, dict[str, str], dict[str, object]]:
    message = {"role": "user", "content": "ping"}
    body = {"model": "gpt-stub", "max_tokens": 9, "messages": [message]}
    async with house.post(path, body) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return answer.status, headers, await answer.json()


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("status", [600, 999, 302, 304])
async def test_a_status_of_nobody_is_a_502_in_the_callers_words(
    house: House, path: str, status: int
) -> None:
    house.lane.always = saying(status)
    found, _, error = await told(house, path)
    assert found == 502
    assert error["error"]["type"] == FORMS[path]
    assert house.closed[-1].error_kind == "upstream_garbage"


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("status", [200, 401, 405])
async def test_headers_that_are_not_meant_for_him_stay_behind(
    house: House, path: str, status: int
) -> None:
    house.lane.always = saying(status, MISPLACED)
    _, headers, _ = await told(house, path)
    names = {line.partition(b":")[0].decode() for line in MISPLACED.split(b"\r\n") if line}
    assert names & set(headers) <= {"connection", "x-kept"}
    is_passed_on = path == "/v1/chat/completions" and status != 401
    assert ("x-kept" in headers) is is_passed_on
    assert headers.get("connection") in (None, "keep-alive", "close")
