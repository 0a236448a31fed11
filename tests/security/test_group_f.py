"""F: what the gateway fetches, and for whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.security.door import JSON, Door
from tests.security.trap import Trap
from tests.support.gateway import GatewaySetup, openai_provider, running_gateway
from tests.support.raw_http import openai_headers, send
from tests.support.upstream import Upstream, upstream_thread

pytestmark = pytest.mark.e2e


def _picture(url: str) -> list[dict[str, Any]]:
    content = [
        {"type": "text", "text": "what is it?"},
        {"type": "image_url", "image_url": {"url": url}},
    ]
    return [{"role": "user", "content": content}]


def test_f2_a_picture_by_its_address_is_fetched_by_nobody_here(door: Door) -> None:
    """Neither passed on as it came nor translated."""
    with Trap() as trap:
        url = f"http://127.0.0.1:{trap.port}/latest/meta-data"
        assert door.chat(key=door.agent, model="stub", messages=_picture(url)).status == 200
        source = {"type": "url", "url": url}
        asked = {
            "model": "stub",
            "max_tokens": 9,
            "messages": [{"role": "user", "content": [{"type": "image", "source": source}]}],
        }
        body = json.dumps(asked).encode()
        said = door.ask("POST", "/v1/messages", JSON, key=door.agent, body=body)
        assert said.status in (200, 400), said.body
        files = json.dumps(
            {
                "model": "stub",
                "input": [{"role": "user", "content": [{"type": "input_file", "file_url": url}]}],
            }
        ).encode()
        said = door.ask("POST", "/v1/responses", JSON, key=door.agent, body=files)
        assert said.status in (200, 400), said.body
    assert not trap.came
    door.lane.forget()


@pytest.mark.parametrize(
    "client",
    [
        "https://127.0.0.1:{port}/client.json",
        "https://localhost:{port}/client.json",
        "http://127.0.0.1:{port}/client.json",
        "https://[::1]:{port}/client.json",
        "https://[::ffff:127.0.0.1]:{port}/client.json",
        "https://2130706433:{port}/client.json",
        "https://0177.0.0.1:{port}/client.json",
        "https://user@127.0.0.1:{port}/client.json",
        "https://169.254.169.254/client.json",
        "file:///etc/passwd",
    ],
)
def test_f3_a_programs_document_is_not_fetched_from_inside(door: Door, client: str) -> None:
    with Trap() as trap:
        named = client.format(port=trap.port)
        query = f"response_type=code&client_id={named}&redirect_uri=http://127.0.0.1:1/cb"
        query += "&code_challenge=" + "a" * 43 + "&code_challenge_method=S256&state=s"
        said = door.ask("GET", f"/oauth/authorize?{query}")
    assert not trap.came
    assert said.status in (400, 401, 403), said.head
    assert not said.header("location"), "nobody is sent where nothing is known"


@pytest.fixture
def upstream() -> Any:
    with upstream_thread() as running:
        yield running


def test_f5_a_proxy_of_the_environment_is_not_asked(upstream: Upstream, tmp_path: Path) -> None:
    lane = upstream.lane("stub")
    with Trap() as trap:
        proxy = f"http://127.0.0.1:{trap.port}"
        names = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
        setup = GatewaySetup(
            home=tmp_path / "home",
            providers=[openai_provider(lane, "stub")],
            environment=dict.fromkeys(names, proxy),
        )
        with running_gateway(setup) as gateway:
            asked = {"model": "stub", "messages": [{"role": "user", "content": "ping"}]}
            headers = openai_headers(gateway.access_key())
            url = f"{gateway.url}/v1/chat/completions"
            assert send(url, headers=headers, body=json.dumps(asked).encode()).status == 200
    assert not trap.came
    assert lane.only.whole
