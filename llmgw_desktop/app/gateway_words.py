"""How the gateway stands, in the words that window and tray share."""

from llmgw_desktop.app.figures import counted
from llmgw_desktop.domain.events import GatewayState, GatewayStatus

_STATE_WORDS = {
    GatewayState.STARTING: "Starting …",
    GatewayState.RUNNING: "Running",
    GatewayState.PAUSED: "Paused",
    GatewayState.STOPPING: "Stopping …",
    GatewayState.STOPPED: "Stopped",
    GatewayState.FAILED: "Not running",
}


def base_urls(url: str, mcp_path: str) -> dict[str, str]:
    """What to paste into a program's settings, by what it speaks; `url` is the gateway's own. Empty
    while there is none."""
    if not url:
        return {}
    chat = f"{url}/v1"
    return {"OpenAI": chat, "Anthropic": url, "Gemini": url, "Codex": chat, "MCP": url + mcp_path}


def state_word(state: GatewayState) -> str:
    return _STATE_WORDS[state]


def address(status: GatewayStatus) -> str:
    """«127.0.0.1:3333»; empty while there is none."""
    is_open = status.state in (GatewayState.RUNNING, GatewayState.PAUSED)
    return status.url.partition("://")[2] if is_open else ""


def status_line(status: GatewayStatus, under_way: int) -> str:
    """«Running on 127.0.0.1:3333 · 2 flights under way»."""
    line = state_word(status.state)
    if place := address(status):
        line += f" on {place}"
    if status.state is GatewayState.PAUSED:
        line += " · programs are told to wait"
    elif under_way:
        line += f" · {counted(under_way, 'flight')} under way"
    return line
