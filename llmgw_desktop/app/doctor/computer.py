"""This computer: Python, Qt, a display, a keyring."""

import importlib.metadata
import platform
import sys
from collections.abc import Callable, Mapping

from llmgw_desktop.app.display import missing_display
from llmgw_desktop.app.doctor.patience import Late, within
from llmgw_desktop.app.doctor.report import Finding, Section, State
from llmgw_desktop.app.enclosing import containment_here
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.app.start_checks import bad_qt_version
from llmgw_desktop.engine.containment.abstract_sockets import can_be_closed
from llmgw_desktop.engine.containment.containment import Containment
from llmgw_desktop.store.system_keyring import keyring_name

_PATIENCE_S = 5.0
_SERVE = "The windows need it; the gateway does not: "


def look_at_computer(env: Mapping[str, str]) -> Section:
    return Section(
        name="computer",
        title="This computer",
        findings=(
            *(_python(), _qt(), _display(env), _keyring(keyring_name)),
            _containment(containment_here(env)),
        ),
    )


def _containment(ways: Containment) -> Finding:
    problem = ways.problem()
    held = "" if can_be_closed() else " Abstract sockets stay open to them: Linux 6.12 closes them."
    return Finding(
        name="containment",
        title="Containment",
        state=State.WARN if problem else State.OK,
        says=f"{problem} Runs of CLIs see all that you see."
        if problem
        else f"{ways.name}: runs of CLIs see only their own work.{held}",
        do=ways.advice(),
        more={
            "contained": not problem,
            "by": ways.name or None,
            "abstract_sockets_closed": can_be_closed(),
        },
    )


def _python() -> Finding:
    version = platform.python_version()
    return Finding(
        name="python",
        title="Python",
        says=f"{version} at {sys.executable}",
        more={"version": version, "path": sys.executable},
    )


def _qt() -> Finding:
    problem = bad_qt_version()
    version = _version_of_qt()
    return Finding(
        name="qt",
        title="Qt",
        state=State.WARN if problem else State.OK,
        says=f"PySide6 {version}" if version else "not installed",
        do=problem,
        more={"version": version or None},
    )


def _version_of_qt() -> str:
    try:
        return importlib.metadata.version("PySide6_Essentials")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _display(env: Mapping[str, str]) -> Finding:
    missing = missing_display(env)
    return Finding(
        name="display",
        title="Display",
        state=State.NOTE if missing else State.OK,
        says=missing or "windows can be shown",
        do=f"{_SERVE}{own_command('serve', env=env)}" if missing else "",
    )


def _keyring(ask: Callable[[], str]) -> Finding:
    try:
        name = within(_PATIENCE_S, ask)
    except Late:
        return Finding(
            name="keyring",
            title="Keyring",
            state=State.WARN,
            says="The system's keyring does not answer.",
            do="It may be waiting for its password in a window; enter it there.",
            more={"backend": None},
        )
    return Finding(
        name="keyring",
        title="Keyring",
        state=State.OK if name else State.NOTE,
        says=name or "The system has none that can be used: the vault's key is kept in a file.",
        more={"backend": name or None},
    )
