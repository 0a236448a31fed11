"""The gateway itself: whether it runs, and whether its port is free for it."""

import http.client
import os
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from llmgw_desktop.app.doctor.report import Finding, Section, State
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.port_owner import port_owner
from llmgw_desktop.domain.settings import HttpSettings
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.run_file import RunFile, own_context, read_run_file

_PATIENCE_S = 3.0
_OTHER_PORT = "Stop it, or choose another port: --port, LLM_GATEWAY_HTTP_PORT or http.port."


def look_at_gateway(places: Places, env: Mapping[str, str], http: HttpSettings | None) -> Section:
    """Without settings only what runs is looked at."""
    running = read_run_file(places.run_file)
    if running is not None and os.name == "posix" and not _lives(running.pid):
        running = None  # it ended without clearing up
    findings = [_gateway(running, env)]
    if running is None and http is not None:
        findings.append(_port(http))
    findings.append(_access_key(places))
    return Section(name="gateway", title="Gateway", findings=tuple(findings))


def _gateway(running: RunFile | None, env: Mapping[str, str]) -> Finding:
    if running is None:
        return Finding(
            name="process",
            title="Gateway",
            state=State.NOTE,
            says="It does not run.",
            do=f"Start it: {own_command('serve', env=env)}",
            more={"running": False, "url": None, "pid": None},
        )
    answers = _answers(running)
    return Finding(
        name="process",
        title="Gateway",
        state=State.OK if answers else State.FAULT,
        says=f"running at {running.url} (pid {running.pid})"
        if answers
        else f"It runs (pid {running.pid}), and does not answer at {running.url}.",
        do="" if answers else "End that process and start it again; its log may say why.",
        more={"running": True, "url": running.url, "pid": running.pid},
    )


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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


def _port(http: HttpSettings) -> Finding:
    more = {"host": http.host, "port": http.port}
    if http.port == 0:
        return Finding(
            name="port", title="Port", says="a free one is taken", more={**more, "free": True}
        )
    problem = _why_not(http.host, http.port)
    if not problem:
        says = f"{http.port} on {http.host} is free"
        return Finding(name="port", title="Port", says=says, more={**more, "free": True})
    return Finding(
        name="port",
        title="Port",
        state=State.FAULT,
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
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except PermissionError:
        return f"Port {port} on {host} is not for programs of yours."
    except OSError:
        return f"Port {port} on {host} is held by {port_owner(port)}."
    return ""


def _access_key(places: Places) -> Finding:
    path = places.access_key_file
    more = {"path": str(path)}
    if not path.exists():
        says = f"It is made at the first start: {path}"
        return Finding(
            name="access_key", title="Access key", state=State.NOTE, says=says, more=more
        )
    try:
        is_there = bool(path.read_text("ascii", "replace").strip())
    except OSError as error:
        return Finding(
            name="access_key",
            title="Access key",
            state=State.FAULT,
            says=f"{path} cannot be read: {error.strerror}.",
            do="Give it to your own user.",
            more=more,
        )
    return Finding(
        name="access_key",
        title="Access key",
        state=State.OK if is_there else State.WARN,
        says=str(path) if is_there else f"{path} is empty.",
        do="" if is_there else "Remove it: another one is made at the next start.",
        more=more,
    )
