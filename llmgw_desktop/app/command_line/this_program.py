"""How a person runs this program in a terminal: the one place that knows which words work."""

import getpass
import os
import shutil
import site
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.app.command_line.pasted import pasted
from llmgw_desktop.domain.audit import BY_ITSELF, Actor, ActorDoor, act_as, clean_with

if TYPE_CHECKING:
    from llmgw_desktop.redaction.redactor import Redactor


_SCRIPT = "llmgw"
_WITHOUT_CONSOLE = "llmgw-desktop"
_MODULE = "llmgw_desktop"


def this_program() -> tuple[str, ...]:
    """What starts this very program again, wherever it lies and whatever else is installed."""
    if _is_frozen():  # its own executable; there is no Python that would take options
        return (_with_console(sys.executable),)
    return (sys.executable, *alone(), "-m", _MODULE)


def own_python() -> tuple[str, ...] | None:
    """What starts a file of ours with our libraries; None where one folder holds no Python."""
    return None if _is_frozen() else (sys.executable, *alone())


def _with_console(executable: str) -> str:
    """On Windows the folder has the program twice; what the one without a console says, nobody
    would see."""
    path = Path(executable)
    beside = path.with_name(f"{_SCRIPT}{path.suffix}")
    return str(beside) if path.stem == _WITHOUT_CONSOLE and beside.is_file() else executable


def alone() -> tuple[str, ...]:
    """Python's options by which nothing of the caller's (his folder, `PYTHONPATH`, a
    `sitecustomize` there) stands in for a module of ours; those alone under which we are found."""
    own = Path(__file__).resolve().parents[3]
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    if any(each and Path(each).resolve() == own for each in named):
        return ("-P",)  # a checkout that is run as it lies
    user_site = getattr(site, "USER_SITE", None)  # where nobody asked for it, it is not known yet
    is_users = user_site is not None and own == Path(user_site).resolve()
    return ("-E", "-P") if is_users else ("-I",)


def own_argv(env: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """As another program starts it, from whatever folder, with whatever PATH and whatever it has
    set for a Python of its own. A script cannot ask its Python for that: where it only starts the
    Python that runs here, that is named itself."""
    found = _found_script(env)
    if found and (_is_frozen() or not _is_of_this_python(found)):
        return (str(Path(found).absolute()),)
    return this_program()


def own_command(*words: str, env: Mapping[str, str] = os.environ) -> str:
    """`llmgw key add NAME`, or what does the same where `llmgw` is not found; on this home."""
    program = [_SCRIPT] if _found_script(env) or not sys.executable else this_program()
    # a terminal opened elsewhere does not have the variable, and would make a key for another home
    return pasted([*program, *words], home=own_home(env)) or pasted([*program, *words])


def own_home(env: Mapping[str, str]) -> str:
    """The LLMGW_HOME that another start of this program needs; empty: the usual home."""
    home = env.get("LLMGW_HOME", "")
    return str(Path(home).expanduser().absolute()) if home else ""


def _found_script(env: Mapping[str, str]) -> str:
    """Where PATH has `llmgw`. One that is not the frozen program that runs may be an older one."""
    found = shutil.which(_SCRIPT, path=env.get("PATH")) or ""
    is_ours = not _is_frozen() or (
        found and Path(found).resolve() == Path(_with_console(sys.executable)).resolve()
    )
    return found if is_ours else ""


def _is_of_this_python(script: str) -> bool:
    return Path(script).resolve().parent == Path(sys.executable).parent.resolve()


def _is_frozen() -> bool:
    """A build that holds its own Python; those who make such builds set the mark."""
    return bool(getattr(sys, "frozen", False))


def act_as_person(door: ActorDoor) -> None:
    """Who sits here, as the system says."""
    act_as(Actor(name=system_user(), door=door))
    clean_with(_cleaned)


def act_as_gateway() -> None:
    """Nobody sits there."""
    act_as(BY_ITSELF)
    clean_with(_cleaned)


def _cleaned(text: str) -> str:
    """Until a gateway knows more than what secrets look like."""
    return _cleaner().clean_text(text)


@cache
def _cleaner() -> "Redactor":
    # read in with the first act: most commands do none
    from llmgw_desktop.redaction.redactor import Redactor

    return Redactor()


def system_user() -> str:
    """Who sits here, as the system says; empty where it does not."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
