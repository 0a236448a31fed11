"""`llmgw` and `python -m llmgw_desktop`: words become a running program and an exit code.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 already running. Each failure is
one sentence on stderr. Nothing is imported here that the chosen command does not need.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
"""As in `typing`, which takes longer to read in than `llmgw mcp` takes to answer."""

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from llmgw_desktop.app.command_line.command_line import Command
    from llmgw_desktop.app.composition.container import Container
    from llmgw_desktop.app.gateway.log_file import ProgramLog
    from llmgw_desktop.domain.errors import LlmgwError
    from llmgw_desktop.store.paths import Places
    from llmgw_desktop.store.run_file import InstanceLock

THREADS_SWITCH_S = 0.0005
"""The longest that the loop waits for the interpreter's lock while another thread works. Python's
own 5 ms are long for a request, and until they are over each call of the loop into a socket wakes
the other thread in vain."""
DONE, FAILED, WRONG_USAGE, ALREADY_RUNNING = 0, 1, 2, 3


def program() -> None:
    """What `llmgw` starts: `main`, and an end that no thread spoils."""
    import atexit

    codes: list[int] = []
    atexit.register(_leave, codes)  # the first that is registered is called last
    codes.append(main())
    sys.exit(codes[0])


def _leave(codes: list[int]) -> None:
    """A thread that is still at work, as for a disk that does not answer, was waited for already.
    Python would stop it within whatever library it is in, and some end the process with a crash
    then, as RE2 does."""
    threading = sys.modules.get("threading")
    if codes and threading and any(each.daemon for each in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (AttributeError, OSError, ValueError):
                continue  # there is none, or nobody reads it
        os._exit(codes[0])


def main() -> int:
    try:
        return _from_the_start()
    except (ImportError, SyntaxError) as error:
        return _fail(_not_whole(error), FAILED)
    except ValueError as error:  # before 3.11.4 Python says so of a file of zeros
        if "null bytes" not in str(error):
            raise
        return _fail(_not_whole(SyntaxError()), FAILED)


def _from_the_start() -> int:
    from llmgw_desktop.platform.environment import IS_POSIX, leave_no_core

    if not IS_POSIX and sys.argv[1:2] == ["keeper"]:  # how one folder keeps its runs
        from llmgw_desktop.platform.keepers import keep

        return keep(sys.argv[2:])
    leave_no_core()
    _begin_alone()
    if sys.argv[1:2] == ["mcp"]:  # an editor waits: not even the other commands are read in
        from llmgw_desktop.app.mcp import quick_options
        from llmgw_desktop.app.mcp.command import run

        if (options := quick_options(sys.argv[2:])) is not None:
            return run(options)
    if sys.argv[1:2] == ["hook"] and len(sys.argv) == 3 and not sys.argv[2].startswith("-"):
        from llmgw_desktop.app.command_line.hook_command import run_at_once

        return run_at_once(sys.argv[2])  # a CLI waits for it before each step
    return _main()


def _begin_alone() -> None:
    """Once more, without what a caller's environment has Python read in: modules of another
    program's would stand in for ours."""
    names = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")
    if sys.flags.ignore_environment or not any(map(os.environ.get, names)):
        return
    from llmgw_desktop.platform.environment import IS_POSIX

    if not IS_POSIX:
        return
    from llmgw_desktop.app.command_line.this_program import this_program

    words = this_program()
    if "-I" in words:
        os.execv(words[0], [*words, *sys.argv[1:]])  # noqa: S606 - this very program


def _main() -> int:
    from llmgw_desktop.app.commands import parse
    from llmgw_desktop.domain.errors import ConfigError, LlmgwError

    arguments = parse(sys.argv[1:])
    sys.setswitchinterval(THREADS_SWITCH_S)
    try:
        code = _run(arguments)
        if sys.stdout is not None:  # a program without a console has none
            sys.stdout.flush()
    except BrokenPipeError:
        return _unheard()
    except ConfigError as error:
        from llmgw_desktop.app.commands import said_of

        return _fail(said_of(error, arguments), WRONG_USAGE)
    except LlmgwError as error:
        return _fail(_sentence(error), FAILED)
    except OSError as error:
        return _fail(_of_system(error), FAILED)
    except KeyboardInterrupt:
        return FAILED
    return code


def _unheard() -> int:
    """Who reads our words has read enough, as `| head` does: no failure that anybody wants told."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return FAILED


def _run(arguments: argparse.Namespace) -> int:
    from llmgw_desktop.app.commands import given_settings
    from llmgw_desktop.platform.environment import with_home
    from llmgw_desktop.store.paths import Places

    if arguments.command == "mcp":
        return _mcp(arguments)
    env = {**with_home(os.environ), **given_settings(arguments)}
    places = Places.of(env)
    command: Command = arguments.chosen
    if not command.only_looks:
        places.make()
    _act_as(command.name)
    if command.work:
        return command.run(arguments, places, env)
    if arguments.command == "demo":
        return _demo(arguments)
    log = _start_logging()
    if arguments.command == "serve":
        return _serve(places, env, log, linger_s=arguments.while_used)
    from llmgw_desktop.app.gateway.start_checks import missing_display

    if missing := missing_display(env):
        print(f"{missing} Serving without windows.", file=sys.stderr)
        _act_as("serve")
        return _serve(places, env, log)
    return _desktop(places, env, log, hidden=arguments.hidden)


def _act_as(command: str) -> None:
    """Whose acts those are that come in by no door."""
    from llmgw_desktop.app.command_line.this_program import act_as_gateway, act_as_person
    from llmgw_desktop.domain.audit import ActorDoor

    if command == "serve":
        act_as_gateway()
    else:
        act_as_person(ActorDoor.WINDOW if command == "desktop" else ActorDoor.COMMAND)


def _mcp(arguments: argparse.Namespace) -> int:
    from llmgw_desktop.app.mcp import Options
    from llmgw_desktop.app.mcp.command import run

    return run(Options(arguments.profile, arguments.linger, arguments.server))


def _serve(
    places: Places, env: Mapping[str, str], log: ProgramLog, *, linger_s: int | None = None
) -> int:
    """With `linger_s` for editors alone: until none has needed it for so long."""
    from llmgw_desktop.app.gateway.instances import FOR_EDITORS, EditorsUse, Restart
    from llmgw_desktop.app.serve import serve
    from llmgw_desktop.store.run_file import InstanceLock

    gc.disable()  # what is read in stays: `serve` has its own garbage looked for once it answers
    lock = InstanceLock(places.instance_lock)
    for_editors = None if linger_s is None else EditorsUse(places.editors_lock, linger_s)
    if not (lock.take(FOR_EDITORS) if for_editors else _take(lock)):
        return _fail(
            f"A gateway already runs on this home (pid {lock.holder_pid()}).", ALREADY_RUNNING
        )
    restart = Restart()
    _put_in_place(places, env)
    with log.in_files(places.log_folder):
        code = serve(lambda: _container(places, env, log), restart, for_editors)
    if restart.is_asked:
        return restart.go_on(lock, is_awaited=for_editors is None)
    return code


def _demo(arguments: argparse.Namespace) -> int:
    """In a home of its own, which goes with it."""
    from llmgw_desktop.app.demo.home import demo_home
    from llmgw_desktop.app.gateway.instances import Restart
    from llmgw_desktop.app.gateway.start_checks import bad_qt_version, missing_display

    log = _start_logging()
    is_headless = arguments.headless or arguments.once
    with demo_home(os.environ) as home, log.in_files(home.places.log_folder):
        if not is_headless and (missing := missing_display(home.env)):
            print(f"{missing} Playing without a window.", file=sys.stderr)
            is_headless = True
        if is_headless:
            from llmgw_desktop.app.demo.running import play

            return play(lambda: _container(home.places, home.env, log), home, once=arguments.once)
        if problem := bad_qt_version():
            return _fail(problem, FAILED)
        from llmgw_desktop.app.demo.running import DemoInWindow
        from llmgw_desktop.ui.application import run_desktop

        demo = DemoInWindow(lambda: _container(home.places, home.env, log), home)
        return run_desktop(
            demo.make,
            home.places,
            Restart(),
            hidden=False,
            beside=demo,
        )


def _put_in_place(places: Places, env: Mapping[str, str]) -> None:
    """A backup that waits for this start, or a restore that was broken off."""
    if any(places.run_folder.glob("restoring*.json")):
        from llmgw_desktop.app.safekeeping.safekeeping import finish_restore

        finish_restore(places, env)


def _take(lock: InstanceLock) -> bool:
    """Also from an engine that was only started for editors: it goes, they follow."""
    from llmgw_desktop.app.gateway.instances import take_over

    return lock.take() or take_over(lock)


def _desktop(places: Places, env: Mapping[str, str], log: ProgramLog, *, hidden: bool) -> int:
    gc.disable()  # `GarbageCollector` looks for it, on Qt's thread alone
    from llmgw_desktop.app.gateway.instances import Restart
    from llmgw_desktop.app.gateway.start_checks import bad_qt_version

    if problem := bad_qt_version():
        return _fail(problem, FAILED)
    from llmgw_desktop.store.run_file import InstanceLock
    from llmgw_desktop.ui.application import run_desktop, show_running

    lock = InstanceLock(places.instance_lock)
    if _take(lock):
        restart = Restart()
        _put_in_place(places, env)
        with log.in_files(places.log_folder):
            code = run_desktop(lambda: _container(places, env, log), places, restart, hidden=hidden)
        return restart.go_on(lock) if restart.is_asked else code
    if show_running(places):
        return DONE
    return _fail(
        f"A gateway without windows already runs on this home (pid {lock.holder_pid()}). "
        f"Stop it first.",
        ALREADY_RUNNING,
    )


def _container(places: Places, env: Mapping[str, str], log: ProgramLog) -> Container:
    import logging

    from llmgw_desktop.app.composition.container import Container
    from llmgw_desktop.domain.events import SettingsChanged
    from llmgw_desktop.store.settings.reader import load_settings

    container = Container(places, env)
    log.guard(load_settings(places.config_file, env).settings)
    container.tell_keys(log.learn)
    container.control.subscribe(log.note, SettingsChanged)
    for warning in container.warnings:
        logging.getLogger("llmgw_desktop").warning(warning)
    return container


def _start_logging() -> ProgramLog:
    """Files come with the lock: what only finds the running program writes into none of its."""
    from llmgw_desktop.app.gateway.log_file import ProgramLog

    log = ProgramLog()
    log.to_stderr()
    return log


def _sentence(error: LlmgwError) -> str:
    from llmgw_desktop.app.gateway.start_checks import start_problem

    return start_problem(error)


def _of_system(error: OSError) -> str:
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT) and not error.filename:
        return "The disk is full. Nothing is lost; make room, and try again."
    return f"{error.strerror or error}: {error.filename or 'the network'}."


def _not_whole(error: ImportError | SyntaxError) -> str:
    """A file of the program, or a library, is missing or not what was installed. What is said
    must need no other file."""
    if isinstance(error, SyntaxError):
        what = f"{error.filename or 'a file of it'} is damaged"
    elif isinstance(error, ModuleNotFoundError):
        what = f"{error.name} is missing"
    else:
        what = f"{error.path or error.name or error} does not fit the rest"
    again = "Install it again: settings, keys and what was recorded stay as they are."
    return f"The program is not whole: {what}. {again}"


def _fail(sentence: str, code: int) -> int:
    print(f"llmgw: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    program()
