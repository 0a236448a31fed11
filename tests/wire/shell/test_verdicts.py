"""What rules say of the corpus in `commands.tsv`: a verdict, a shell and a command in each line."""

from __future__ import annotations

import json
import os
import posixpath
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.jobs.rules.book import RuleBook
from llmgw_desktop.domain.jobs.rules.command import CommandShell
from llmgw_desktop.domain.jobs.rules.ready import Wish
from llmgw_desktop.domain.jobs.rules.rule import RuleKind, RuleVerdict, StandingRule
from llmgw_desktop.wire.shell.windows import read_command

CORPUS = [
    (RuleVerdict(verdict), CommandShell(shell), json.loads(command))
    for verdict, shell, command in (
        line.split("\t")
        for line in (Path(__file__).parent / "commands.tsv").read_text().splitlines()
    )
]
TOP, HOME = "/home/u/work", "/home/u"
_ALLOWED = (
    *("git status", "git status *", "git log *", "git diff *", "git show *", "git add *"),
    *("git commit *", "git ls-files *", "ls *", "cat *", "head *", "tail *", "wc *", "grep *"),
    *("rg *", "pytest *", "pytest", "python -m pytest *", "python3 -m pytest *", "npm test"),
    *("npm run test*", "npm run test* -- *", "cargo build *", "cargo test *", "make", "make *"),
    *("node --version", "sed *", "find *", "sort *", "uniq *", "which *", "tree *", "date"),
    *("jq *", "wc", "sort", "npx eslint *", "uv run pytest *", "poetry run pytest *"),
    *("sudo systemctl status *", "mkdir -p build/out", "ls", "command -v git", "git log"),
    *("git diff", "cargo test", "uniq", "cat", "Get-ChildItem *", "Get-Content *"),
)


def _rule(
    name: str,
    verdict: RuleVerdict,
    *,
    commands: tuple[str, ...] = (),
    paths: tuple[str, ...] = (),
    hosts: tuple[str, ...] = (),
) -> StandingRule:
    return StandingRule(name=name, verdict=verdict, commands=commands, paths=paths, hosts=hosts)


RULES = (
    _rule("removing", RuleVerdict.DENY, commands=("rm *", "del *", "rd *")),
    _rule("forcing", RuleVerdict.DENY, commands=("git push --force",)),
    _rule("pushing", RuleVerdict.ASK, commands=("git push",)),
    _rule("secrets", RuleVerdict.DENY, paths=("~/.ssh/**", "**/.env")),
    _rule("evil", RuleVerdict.DENY, hosts=("evil.example",)),
    _rule("usual", RuleVerdict.ALLOW, commands=_ALLOWED),
    _rule("touching", RuleVerdict.ALLOW, commands=("touch *",), paths=("build/**",)),
    _rule("building", RuleVerdict.ALLOW, paths=("build/**",)),
)
BOOK = RuleBook(RULES)


WIDE_RULES = (
    *(each for each in RULES if each.verdict is not RuleVerdict.ALLOW),
    StandingRule(name="all", verdict=RuleVerdict.ALLOW, kinds=(RuleKind.COMMAND,)),
    StandingRule(name="everywhere", verdict=RuleVerdict.ALLOW, paths=("**",)),
)
WIDE = RuleBook(WIDE_RULES)
"""What a person writes who wants to be asked of nothing, but for what is denied."""


def _look(said: str, folder: str) -> tuple[str, ...]:
    said, folder = (f"{HOME}{each[1:]}" if each[:1] == "~" else each for each in (said, folder))
    place = posixpath.normpath(posixpath.join(TOP, folder, said))
    return (place, place)


def verdict_of(
    command: str, shell: CommandShell = CommandShell.POSIX, book: RuleBook = BOOK
) -> RuleVerdict:
    read = read_command(command, shell)
    wish = Wish(kind=RuleKind.COMMAND, command=read, top=TOP, home=HOME, look=_look)
    return book.judge(wish).verdict


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 300


@pytest.mark.parametrize("shell", list(CommandShell))
def test_nothing_is_allowed_that_is_not_and_few_are_asked_needlessly(shell: CommandShell) -> None:
    found = [(right, verdict_of(said, of), said) for right, of, said in CORPUS if of is shell]
    wrong = [each for each in found if each[0] is not each[1]]
    assert not [each for each in wrong if each[1] is RuleVerdict.ALLOW]
    assert not [each for each in wrong if each[1] is RuleVerdict.DENY]
    assert len(wrong) <= len(found) * 0.05, wrong


_UNTOLD_WHERE_ALL_IS_ALLOWED = (
    *("source <(echo rm x)", ". <(echo 'rm x')", "bash <(echo 'rm x')", "cat ~u/.ssh/id_rsa"),
    *("echo 'rm x' | sh", "X=rm; $X x", "{rm,-rf,x}", "$'\\x72m' x", "r$()m x", "cat .e*"),
    *("curl 'https://{evil,good}.example/'", "curl 'https://evil[.-.]example'", "/bin/r? x"),
)


def test_denials_hold_where_all_else_is_allowed() -> None:
    for right, shell, command in CORPUS:
        if right is RuleVerdict.DENY:
            assert verdict_of(command, shell, WIDE) is RuleVerdict.DENY, command
    for command in _UNTOLD_WHERE_ALL_IS_ALLOWED:
        assert verdict_of(command, book=WIDE) is RuleVerdict.ASK, command


def test_a_denied_name_is_denied_in_either_spelling_of_its_accents() -> None:
    composed, parted = "caf\u00e9.txt", "cafe\u0301.txt"
    for rule, said in ((composed, parted), (parted, composed), (composed, composed)):
        book = RuleBook((*WIDE_RULES, _rule("it", RuleVerdict.DENY, paths=(f"**/{rule}",))))
        assert verdict_of(f"cat {said}", book=book) is RuleVerdict.DENY
        place = ((f"{TOP}/{said}",),)
        for kind in (RuleKind.WRITE, RuleKind.READ):
            wish = Wish(kind=kind, places=place, top=TOP, home=HOME)
            assert book.judge(wish).verdict is RuleVerdict.DENY


_VAST = {
    "a megabyte": "echo " + "a " * 500_000,
    "quotes": '"' * 10_000,
    "quotes in a shell": "bash -c " + '"' * 10_000,
    "substitutions": "$(ls " * 2_500,
    "wrappers": "sudo -Z " * 1_500,
    "shells in shells": 'bash -c "' * 800,
    "containers": "docker run " * 1_200,
    "braces": "{a," * 4_000,
    "expansions": "${" * 8_000,
    "ticks": "`" * 10_000,
    "a here-document in another": "cat <<A\n" * 2_000,
    "half a character": "ls \udcff",
}


@pytest.mark.parametrize("shell", list(CommandShell))
@pytest.mark.parametrize("what", list(_VAST))
def test_vast_and_broken_commands_are_asked(what: str, shell: CommandShell) -> None:
    assert verdict_of(_VAST[what], shell) is RuleVerdict.ASK


@given(
    st.lists(
        st.sampled_from(
            [
                *"abrm $`'\"\\(){}[]<>|&;\n#*?=~!-/.",
                "rm x",
                "git status",
                "$(",
                "<<E\n",
                "bash -c ",
                "sudo ",
            ]
        ),
        max_size=30,
    )
)
def test_no_text_breaks_it(parts: list[str]) -> None:
    for shell in CommandShell:
        verdict_of("".join(parts), shell)


def test_what_is_unclear_may_be_what_a_rule_denies() -> None:
    """So a CLI in a terminal that would ask nobody has it asked, too: the question has a rule."""
    command = read_command("echo 'rm x' | sh", CommandShell.POSIX)
    assert command.unclear
    ruling = BOOK.judge(Wish(kind=RuleKind.COMMAND, command=command))
    assert (ruling.verdict, ruling.rule) == (RuleVerdict.ASK, "removing")
    allows = RuleBook([each for each in RULES if each.verdict is RuleVerdict.ALLOW])
    ruling = allows.judge(Wish(kind=RuleKind.COMMAND, command=command))
    assert (ruling.verdict, ruling.rule) == (RuleVerdict.ASK, "")


def test_contradictions_end_with_the_stricter_one() -> None:
    allow = _rule("a", RuleVerdict.ALLOW, commands=("ls *", "ls"))
    ask = _rule("b", RuleVerdict.ASK, commands=("ls",))
    deny = _rule("c", RuleVerdict.DENY, commands=("ls",))
    wish = Wish(kind=RuleKind.COMMAND, command=read_command("ls", CommandShell.POSIX))
    assert RuleBook((allow,)).judge(wish).verdict is RuleVerdict.ALLOW
    assert RuleBook((allow, ask)).judge(wish).verdict is RuleVerdict.ASK
    assert RuleBook((allow, ask, deny)).judge(wish).verdict is RuleVerdict.DENY
    assert RuleBook(()).judge(wish).verdict is RuleVerdict.ASK


_BUILTINS = '#!/bin/sh\nprintf \'%s\\n\' "${0##*/} $*" >> "$STARTED"\nexit 0\n'
_WRAPPERS = {"timeout", "nice", "nohup", "env", "setsid", "stdbuf", "ionice", "xargs", "bash", "sh"}


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("bash"), reason="no bash")
def test_what_is_allowed_starts_nothing_else_in_a_real_shell(tmp_path: Path) -> None:
    """Every program of the corpus is a stand-in that writes down how it was started; wrappers are
    the real ones, as far as this computer has them."""
    programs = tmp_path / "programs"
    programs.mkdir()
    _stand_in(programs)
    started = tmp_path / "started"
    inside = tmp_path / "work"
    (inside / "src").mkdir(parents=True)
    (inside / "build").mkdir()
    (inside / "x.txt").write_text("a")
    env = {"PATH": str(programs), "HOME": str(tmp_path), "STARTED": str(started)}
    bash = shutil.which("bash") or "bash"
    asked = [each for each in CORPUS if each[0] is RuleVerdict.ALLOW]
    for _, shell, command in asked:
        if shell is not CommandShell.POSIX or command.startswith(("/", "while")):
            continue
        started.write_text("")
        subprocess.run(
            [bash, "-c", command],
            cwd=inside,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        for line in started.read_text().splitlines():
            name, _, rest = line.partition(" ")
            said = f"{name} {rest}".strip()
            assert name not in ("rm", "curl", "unknown"), (command, said)
    left = {str(each.relative_to(inside)) for each in inside.rglob("*")}
    assert all(each.startswith(("build", "src", "x.txt")) for each in left), left


def _stand_in(folder: Path) -> None:
    names = {
        read.name
        for _, shell, command in CORPUS
        if shell is CommandShell.POSIX
        for read in read_command(command, shell).every
        if read.name.strip(".") and read.name.isascii() and "/" not in read.name
    }
    for name in names:
        real = shutil.which(name) if name in _WRAPPERS else None
        if real is not None:
            (folder / name).symlink_to(os.path.realpath(real))
        else:
            (folder / name).write_text(_BUILTINS.replace("#!/bin/sh", f"#!{shutil.which('sh')}"))
            (folder / name).chmod(0o755)
