"""The words for the gateway's state, the same in window and tray."""

import pytest

from llmgw_desktop.app.gateway.control import address, base_urls, state_word, status_line
from llmgw_desktop.domain.events import GatewayState, GatewayStatus


def status(state: GatewayState, url: str = "http://127.0.0.1:3333") -> GatewayStatus:
    return GatewayStatus(state=state, url=url)


def test_every_state_has_a_word_of_its_own() -> None:
    assert len({state_word(state) for state in GatewayState}) == len(GatewayState)


@pytest.mark.parametrize(
    "state", [GatewayState.STOPPED, GatewayState.FAILED, GatewayState.STARTING]
)
def test_a_door_that_is_not_open_has_no_address(state: GatewayState) -> None:
    assert address(status(state)) == ""
    assert status_line(status(state), 3) == (state_word(state) + " · 3 flights under way")


def test_the_line_says_where_and_how_much() -> None:
    running = status(GatewayState.RUNNING)
    assert status_line(running, 0) == "Running on 127.0.0.1:3333"
    assert status_line(running, 1) == "Running on 127.0.0.1:3333 · 1 flight under way"
    assert status_line(running, 1204).endswith("1,204 flights under way")
    paused = status(GatewayState.PAUSED)
    assert status_line(paused, 2) == "Paused on 127.0.0.1:3333 · programs are told to wait"


def test_every_dialect_has_its_base_url() -> None:
    url = "http://127.0.0.1:3333"
    assert base_urls(url, "/mcp") == {
        "OpenAI": f"{url}/v1",
        "Anthropic": url,
        "Gemini": url,
        "Codex": f"{url}/v1",
        "MCP": f"{url}/mcp",
    }
    assert base_urls("", "/mcp") == {}


def test_an_ipv6_address_keeps_its_brackets() -> None:
    assert address(status(GatewayState.RUNNING, "http://[::1]:3333")) == "[::1]:3333"
