"""What can stand in the way of a start, as a sentence that says what to do."""

import importlib.metadata
import sys

from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.port_owner import port_owner
from llmgw_desktop.domain.errors import LlmgwError, PortTaken

PYTHON = sys.version_info[:2]


def start_problem(error: LlmgwError) -> str:
    if isinstance(error, PortTaken):
        return (
            f"Port {error.port} on {error.host} is held by {port_owner(error.port)}. "
            f"Stop it, or choose another port: --port, LLM_GATEWAY_HTTP_PORT or http.port."
        )
    return str(error)


def bad_qt_version() -> str:
    """Empty if Python and Qt go together. See docs/decisions/0002."""
    try:
        version = importlib.metadata.version("PySide6_Essentials")
    except importlib.metadata.PackageNotFoundError:
        return (
            f"Qt is not installed: pip install 'PySide6-Essentials<6.12', "
            f"or use: {own_command('serve')}"
        )
    if PYTHON < (3, 12) and _major_minor(version) >= (6, 12):
        return (
            f"PySide6 {version} crashes on Python {PYTHON[0]}.{PYTHON[1]}: "
            f"pip install 'PySide6-Essentials<6.12', or use Python 3.12."
        )
    return ""


def _major_minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
