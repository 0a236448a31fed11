"""This computer: Python, Qt, a display, a keyring."""

import http.client
import importlib.metadata
import platform
import socket
import sys
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from llmgw_desktop.app.command_line.running_gateway import found
from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.doctor.report import DoctorFinding, FindingState, ReportSection
from llmgw_desktop.app.gateway.standing import Late, within
from llmgw_desktop.app.gateway.start_checks import bad_qt_version, missing_display, port_owner
from llmgw_desktop.app.workspaces.workspaces import containment_here
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.engine.containment.containment import Containment
from llmgw_desktop.platform.environment import IS_POSIX
from llmgw_desktop.platform.held_thread import can_be_closed
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, own_context
from llmgw_desktop.store.system_keyring import keyring_name

_PORT_PATIENCE_S = 5.0
_LEFT_OPEN = " Abstract sockets and the kernel's keys stay open to them: Linux 6.12 closes them."
_SERVE = "The windows need it; the gateway does not: "


def look_at_computer(env: Mapping[str, str]) -> ReportSection:
    return ReportSection(
        name="computer",
        title="This computer",
        findings=(
            *(_python(), _qt(), _display(env), _keyring(keyring_name)),
            _containment(containment_here(env)),
        ),
    )


def _containment(ways: Containment) -> DoctorFinding:
    problem = ways.problem()
    unused = problem or ways.reserve()
    held = "" if can_be_closed() else _LEFT_OPEN
    return DoctorFinding(
        name="containment",
        title="Containment",
        state=FindingState.WARN if unused else FindingState.OK,
        says=f"{unused} {'Runs of CLIs' if problem else 'Others'} see all that you see."
        if unused
        else f"{ways.name}: runs of CLIs see only their own work.{held}",
        do=ways.advice(),
        more={
            "contained": not unused,
            "by": ways.name or None,
            "abstract_sockets_closed": can_be_closed(),
        },
    )


def _python() -> DoctorFinding:
    version = platform.python_version()
    return DoctorFinding(
        name="python",
        title="Python",
        says=f"{version} at {sys.executable}",
        more={"version": version, "path": sys.executable},
    )


def _qt() -> DoctorFinding:
    problem = bad_qt_version()
    version = _version_of_qt()
    return DoctorFinding(
        name="qt",
        title="Qt",
        state=FindingState.WARN if problem else FindingState.OK,
        says=f"PySide6 {version}" if version else "not installed",
        do=problem,
        more={"version": version or None},
    )


def _version_of_qt() -> str:
    try:
        return importlib.metadata.version("PySide6_Essentials")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _display(env: Mapping[str, str]) -> DoctorFinding:
    missing = missing_display(env)
    return DoctorFinding(
        name="display",
        title="Display",
        state=FindingState.NOTE if missing else FindingState.OK,
        says=missing or "windows can be shown",
        do=f"{_SERVE}{own_command('serve', env=env)}" if missing else "",
    )


def _keyring(ask: Callable[[], str]) -> DoctorFinding:
    try:
        name = within(_PORT_PATIENCE_S, ask)
    except Late:
        return DoctorFinding(
            name="keyring",
            title="Keyring",
            state=FindingState.WARN,
            says="The system's keyring does not answer.",
            do="It may be waiting for its password in a window; enter it there.",
            more={"backend": None},
        )
    return DoctorFinding(
        name="keyring",
        title="Keyring",
        state=FindingState.OK if name else FindingState.NOTE,
        says=name or "The system has none that can be used: the vault's key is kept in a file.",
        more={"backend": name or None},
    )


_PATIENCE_S = 3.0
_OTHER_PORT = "Stop it, or choose another port: --port, LLM_GATEWAY_HTTP_PORT or http.port."


def look_at_gateway(
    places: Places, env: Mapping[str, str], http: HttpSettings | None
) -> ReportSection:
    """Without settings only what runs is looked at."""
    running = found(places, env)
    findings = [_gateway(running, env)]
    if running is None and http is not None:
        findings.append(_port(http))
    findings.append(_access_key(places))
    return ReportSection(name="gateway", title="Gateway", findings=tuple(findings))


def _gateway(running: RunFile | None, env: Mapping[str, str]) -> DoctorFinding:
    if running is None:
        return DoctorFinding(
            name="process",
            title="Gateway",
            state=FindingState.NOTE,
            says="It does not run.",
            do=f"Start it: {own_command('serve', env=env)}",
            more={"running": False, "url": None, "pid": None},
        )
    answers = _answers(running)
    return DoctorFinding(
        name="process",
        title="Gateway",
        state=FindingState.OK if answers else FindingState.FAULT,
        says=f"running at {running.url} (pid {running.pid})"
        if answers
        else f"It runs (pid {running.pid}), and does not answer at {running.url}.",
        do="" if answers else "End that process and start it again; its log may say why.",
        more={"running": True, "url": running.url, "pid": running.pid},
    )


def _answers(running: RunFile) -> bool:
    try:
        parts = urlsplit(running.url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            context = own_context(running.certificate)
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=_PATIENCE_S, context=context
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE_S)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError):
        return False


def _port(http: HttpSettings) -> DoctorFinding:
    more = {"host": http.host, "port": http.port}
    if http.port == 0:
        return DoctorFinding(
            name="port", title="Port", says="a free one is taken", more={**more, "free": True}
        )
    problem = _why_not(http.host, http.port)
    if not problem:
        says = f"{http.port} on {http.host} is free"
        return DoctorFinding(name="port", title="Port", says=says, more={**more, "free": True})
    return DoctorFinding(
        name="port",
        title="Port",
        state=FindingState.FAULT,
        says=problem,
        do=_OTHER_PORT,
        more={**more, "free": False},
    )


def _why_not(host: str, port: int) -> str:
    """It is bound for a moment, as the gateway would, and nobody can connect meanwhile."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if IS_POSIX:  # elsewhere that would share the port with who has it
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except PermissionError:
        return f"Port {port} on {host} is not for programs of yours."
    except OSError:
        return f"Port {port} on {host} is held by {port_owner(port)}."
    return ""


def _access_key(places: Places) -> DoctorFinding:
    path = places.access_key_file
    more = {"path": str(path)}
    if not path.exists():
        says = f"It is made at the first start: {path}"
        return DoctorFinding(
            name="access_key", title="Access key", state=FindingState.NOTE, says=says, more=more
        )
    try:
        is_there = bool(path.read_text("ascii", "replace").strip())
    except OSError as error:
        return DoctorFinding(
            name="access_key",
            title="Access key",
            state=FindingState.FAULT,
            says=f"{path} cannot be read: {error.strerror}.",
            do="Give it to your own user.",
            more=more,
        )
    return DoctorFinding(
        name="access_key",
        title="Access key",
        state=FindingState.OK if is_there else FindingState.WARN,
        says=str(path) if is_there else f"{path} is empty.",
        do="" if is_there else "Remove it: another one is made at the next start.",
        more=more,
    )
