"""Which view each run gets: its folder, its CLI's own places, what settings add, and nothing of
others; sockets that would lead out are left out.
"""

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from llmgw_desktop.domain.jobs.cli_settings import ContainWish
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.containment.containment import Access, View
from llmgw_desktop.platform.environment import KEPT_BELOW_HOME

_TABLE = Path("/proc/net/unix")
_NAMED = re.compile(r"(?:\S+ +){6}\d+ (/.*)")


def sockets_below(folder: Path, table: Path = _TABLE) -> Iterator[Path]:
    """Those that there are now, links followed. One that was given no whole path is not told."""
    try:
        lines = table.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return
    named = {found[1] for line in lines if (found := _NAMED.fullmatch(line))}
    for name in sorted(named):
        real = Path(os.path.realpath(name))
        if folder in real.parents and _is_socket(real):
            yield real


def _is_socket(path: Path) -> bool:
    try:
        return stat.S_ISSOCK(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


_MOST = 4096


def repository_of(folder: Path) -> Path | None:
    """The top of the working tree that this folder lies in."""
    for each in (folder, *folder.parents):
        if os.path.lexists(each / ".git"):
            return each
    return None


def shared_by(folder: Path) -> Path | None:
    """The git folder that the worktree over this folder shares with others; None where it is no
    linked worktree. The worktree names it, and it names the worktree: who may write the one alone
    leads nobody anywhere."""
    top = repository_of(folder)
    if top is None or not (top / ".git").is_file():
        return None
    named = _line(top / ".git").removeprefix("gitdir: ")
    own = Path(os.path.realpath(top / named)) if named else None
    if own is None or own.parent.name != "worktrees":
        return None
    back = _line(own / "gitdir")
    if not back or os.path.realpath(own / back) != os.path.realpath(top / ".git"):
        return None
    shared = own.parent.parent
    is_whole = all((shared / each).exists() for each in ("HEAD", "objects", "refs"))
    return shared if is_whole else None


def _line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape") as text:
            return text.read(_MOST).split("\n")[0]
    except (OSError, ValueError):
        return ""


_SYSTEM = """
    /usr /bin /sbin /lib /lib32 /lib64 /libx32 /etc /opt /nix /gnu /snap /var/lib/ca-certificates
    /run/systemd/resolve /run/NetworkManager /run/resolvconf /run/nscd /run/current-system
    /home/linuxbrew/.linuxbrew /System /Library /Applications /private/etc /private/var/select
    /private/var/db/timezone
"""
_SECRETS = """
    .ssh .gnupg .aws .azure .kube .docker .password-store .llm-cli-gateway .terraform.d .vault-token
    .config/gcloud .config/gh .config/op .config/rclone .config/git/credentials .netrc .pypirc
    .npmrc .git-credentials .cargo/credentials .cargo/credentials.toml .Xauthority
    .local/share/keyrings .local/share/kwalletd .mozilla .thunderbird .config/google-chrome
    .config/chromium .config/BraveSoftware .config/microsoft-edge snap .var/app
    .bash_history .zsh_history .python_history .node_repl_history .psql_history .mysql_history
    .local/share/fish/fish_history .lesshst .sqlite_history .pgpass .my.cnf .config/hub .hub
    .m2/settings.xml .m2/settings-security.xml .gem/credentials .config/containers/auth.json
    .config/doctl .config/hcloud .config/heroku .config/stripe .s3cfg .boto .config/sops .age
    .config/age .config/Bitwarden .local/share/pass
"""
"""Below HOME: keys, sign-ins of other programs, browsers."""
_CACHES = (".cache", ".npm")
"""Below HOME: what tools write to unasked, and what a later program would trust. A run has its
own."""
_NO_SOCKETS = ("XDG_RUNTIME_DIR", "SSH_AUTH_SOCK")


@value
class Sight:
    """One run's. All paths are absolute."""

    program: Path
    path: str
    """Where it finds other programs."""
    home: Path | None
    """The HOME that it works in."""
    persons_home: Path | None
    is_at_home: bool
    """Its HOME is the person's, not one that is its own."""
    own_places: Sequence[str]
    """Below HOME, of its CLI: a folder ends with a stroke."""
    others_places: Sequence[str]
    """The same of the other CLIs."""
    own_folders: Sequence[Path]
    """Named by its environment, outside of HOME."""
    temp: Path
    """Its own temporary files."""
    work: Path
    """Its working folder."""
    top: Path | None
    """Of the workspace or worktree that it lies in, which is all that it may see of it."""
    named: Sequence[tuple[Path, bool]]
    """What the request names besides; whether that is a folder, which it may write to."""
    wish: ContainWish
    hidden: Sequence[Path]
    """The gateway's own ground."""
    programs: Sequence[Path]
    """Of the gateway itself, which a run may start: `llmgw mcp`."""


def view_of(sight: Sight) -> View:
    """Looks at the disk: for a thread. Makes the CLI's own folders where they are not there yet.
    Raises OSError, whose `strerror` is a sentence where the run's own program cannot be shown."""
    view = View()
    for name in _SYSTEM.split():
        view.give(Path(name), Access.READ)
    view.give(Path(os.path.realpath("/etc/resolv.conf")), Access.READ)
    _show_home(view, sight)
    for place, is_folder in sight.named:
        view.give(place, Access.WRITE if is_folder else Access.READ)
    for place in _work_of(sight):
        view.give(place, Access.WRITE)
    for each in sight.hidden:
        view.give(each, Access.HIDDEN)
    _show_repository(view, sight)
    _show_programs(view, sight)
    for text in sight.wish.readable:
        view.give(_plain(text, sight), Access.READ)
    for text in sight.wish.writable:
        view.give(_plain(text, sight), Access.WRITE)
    if not sight.is_at_home and sight.home is not None:
        view.give(sight.home, Access.WRITE)
    for place in (*sight.own_folders, sight.work, sight.temp):
        view.give(place, Access.WRITE)
    _hide_listeners(view, sight)
    _check_program(view, sight)
    return view


def check_given(path: Path, field: str, home: Path | None) -> None:
    """What a request names for a contained run to work on: not the person's HOME as a whole, for
    what other programs read there would be its to write, nor what is secret in it. Raises
    InvalidRun."""
    if home is None:
        return
    real, own = Path(os.path.realpath(path)), Path(os.path.realpath(home))
    if real == own or real in own.parents:
        raise InvalidRun(
            "your HOME lies in it, and a contained run could write to all of it; name a folder"
            ' below HOME, or set contain = "never" for this CLI',
            field=field,
        )
    for below in (*_SECRETS.split(), *KEPT_BELOW_HOME):
        secret = Path(os.path.realpath(own / below))
        if real == secret or secret in real.parents:
            raise InvalidRun(
                f"it lies in ~/{below}, where keys are kept that no contained run sees", field=field
            )


def seen_environment(environment: Mapping[str, str], view: View) -> dict[str, str]:
    """Without what leads to services of the person's session that the run does not see: the
    desktop's bus is one, and by it everything could be started."""
    gone = {name for name in _NO_SOCKETS if not view.sees(Path(environment.get(name) or "/"))}
    gone |= {"DBUS_SESSION_BUS_ADDRESS"}
    return {name: text for name, text in environment.items() if name not in gone}


def _show_home(view: View, sight: Sight) -> None:
    home = sight.persons_home
    if home is None or not home.is_dir():
        return
    view.give(home, Access.READ)
    for below in (*_SECRETS.split(), *KEPT_BELOW_HOME, *sight.others_places):
        view.give(home / below, Access.HIDDEN)
    for below in sight.own_places:
        _give_own(view, home, below, is_own=sight.is_at_home)
    for below in _CACHES:
        instead = sight.temp / "cache" / below
        instead.mkdir(mode=0o700, parents=True, exist_ok=True)
        view.show_instead(home / below, instead)


def _hide_listeners(view: View, sight: Sight) -> None:
    """Of programs in the person's HOME that nobody named: agents for keys, what starts containers.
    Those in a project are the project's."""
    if (home := sight.persons_home) is None:
        return
    real = Path(os.path.realpath(home))
    for each in sockets_below(real):
        if view.ruled_by(each) == real:
            view.give(each, Access.HIDDEN)


def _give_own(view: View, home: Path, below: str, *, is_own: bool) -> None:
    place = home / below
    if not is_own:
        view.give(place, Access.HIDDEN)
        return
    if below.endswith("/") and not os.path.lexists(place):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    view.give(place, Access.WRITE)


def _work_of(sight: Sight) -> Sequence[Path]:
    """Its folder, and the project around it. A HOME that is a repository is no project."""
    if sight.top is not None:
        return (sight.top, sight.work)
    project = repository_of(sight.work)
    home = sight.persons_home
    around = (*sight.hidden, *([home] if home is not None else []))
    if project is None or any(project == each or project in each.parents for each in around):
        return (sight.work,)
    return (project, sight.work)


def _show_repository(view: View, sight: Sight) -> None:
    """Of a git worktree: what it shares with its repository, but for what git would run."""
    share = shared_by(sight.work)
    if share is None or view.of(share) is Access.WRITE:
        return
    view.give(share, Access.WRITE)
    (share / "hooks").mkdir(exist_ok=True)  # else a run could make it
    for each in ("config", "hooks"):
        view.give(share / each, Access.READ)


def _show_programs(view: View, sight: Sight) -> None:
    """Those that are on the way, and what the run's own program is made of."""
    own = (sight.program, Path(os.path.realpath(sight.program)), *_starters(sight))
    places = [*(each.parent for each in own), *sight.programs]
    modules = [each for each in own[1].parents if each.name == "node_modules"]
    places += [each.parent for each in modules[-1:]]
    for each in own:
        if (each.parent.parent / "pyvenv.cfg").is_file():
            places += [
                each.parent.parent,
                Path(os.path.realpath(each.parent / "python")).parents[1],
            ]
    places += [Path(each) for each in sight.path.split(":") if each.startswith("/")]
    for each in places:
        if not _is_ours(each, sight):
            view.offer(each)
    for each in own:  # where its folder holds the gateway's own: the file alone
        if _ground_over(each, sight) is None:
            view.offer(each)


def _starters(sight: Sight) -> list[Path]:
    """What reads a script: named in its first line, by its path or by `env`."""
    try:
        with sight.program.open("rb") as file:
            first = file.readline(_MOST)
    except OSError:
        return []
    words = os.fsdecode(first.removeprefix(b"#!")).split() if first.startswith(b"#!") else []
    if not words or not words[0].startswith("/"):
        return []
    found = [Path(words[0])]
    if found[0].name == "env":
        name = next(
            (each for each in words[1:] if not each.startswith("-") and "=" not in each), ""
        )
        program = shutil.which(name, path=sight.path) if name else None
        found += [Path(program)] if program is not None else []
    return found


def _check_program(view: View, sight: Sight) -> None:
    """bubblewrap would say no more than that there is no such file."""
    for each in (sight.program, *_starters(sight)):
        what = (
            f"{each}" if each == sight.program else f"{each}, which {sight.program} is started by,"
        )
        if not each.exists():
            raise FileNotFoundError(errno.ENOENT, f"{what} is not there")
        if (ground := _ground_over(each, sight)) is not None and not view.sees(each):
            raise PermissionError(
                errno.EACCES,
                f"{what} lies in the gateway's own folder {ground}, of which a contained run sees"
                ' nothing; put it elsewhere, or set contain = "never" for this CLI',
            )


def _ground_over(place: Path, sight: Sight) -> Path | None:
    """Which of the gateway's own folders it lies in."""
    real = Path(os.path.realpath(place))
    return next((each for each in sight.hidden if real == each or each in real.parents), None)


def _is_ours(place: Path, sight: Sight) -> bool:
    """Inside the gateway's own folders, or around them."""
    real = Path(os.path.realpath(place))
    return any(
        real == each or each in real.parents or real in each.parents for each in sight.hidden
    )


def _plain(text: str, sight: Sight) -> Path:
    if text.startswith("~") and sight.persons_home is not None:
        return sight.persons_home / text[1:].lstrip("/")
    return Path(text)
