"""What macOS is told of a contained run. No macOS is at hand: the profile is read here as its
language says (the last rule that fits counts), and `sandbox-exec` is played."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.doctor.machine import _containment
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import Contain, ContainWish, Network
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.containment.containment import Access, View
from llmgw_desktop.engine.containment.seatbelt import Seatbelt, profile_of
from llmgw_desktop.engine.jobs.enclosure import Enclosure, Inmate
from llmgw_desktop.engine.jobs.folder import JobFolder

_TOKEN = re.compile(r'\s*(?:(\()|(\))|#?"((?:[^"\\]|\\.)*)"|([^\s()"]+))')
Said: TypeAlias = "list[Said] | str"


def read(text: str) -> list[Said]:
    """The profile as lists of lists; each bracket is closed and each word is known."""
    stack: list[list[Said]] = [[]]
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        assert found, text[at : at + 50]
        opens, closes, quoted, word = found.groups()
        if opens:
            stack.append([])
        elif closes:
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(word if quoted is None else quoted)
        at = found.end()
    assert len(stack) == 1
    return stack[0]


def allows(profile: tuple[str, Mapping[str, str]], what: str, path: str) -> bool:
    """The last rule for this that fits the path."""
    allowed = False
    for rule in read(profile[0])[2:]:
        assert isinstance(rule, list)
        names = [each for each in rule[1:] if isinstance(each, str)]
        filters = [each for each in rule[1:] if isinstance(each, list)]
        is_named = any(re.fullmatch(each.replace("*", ".*"), what) for each in names)
        is_fit = not filters or any(_fits(each, path, profile[1]) for each in filters)
        if rule[0] != "import" and is_named and is_fit:
            allowed = rule[0] == "allow"
    return allowed


def _fits(told: list[Said], path: str, places: Mapping[str, str]) -> bool:
    kind, said = told[0], told[1]
    if isinstance(said, list):
        assert said[0] == "param"
        said = places[str(said[1])]
    if kind == "literal":
        return path == said
    return kind == "subpath" and (path == said or path.startswith(f"{said}/"))


_NAMES = st.text(alphabet='ab"\\) \n(', min_size=1, max_size=3)
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map(lambda parts: Path("/", *parts))


@given(st.dictionaries(_PATHS, st.sampled_from(Access), max_size=6), _PATHS)
def test_it_allows_what_the_view_shows_and_nothing_else(
    rules: dict[Path, Access], asked: Path
) -> None:
    view = View(rules=rules)
    profile = profile_of(view, Network.OFF)
    access = view.of(asked)
    assert allows(profile, "file-read-data", str(asked)) is (access is not None)
    assert allows(profile, "file-write-data", str(asked)) is (access is Access.WRITE)
    is_on_the_way = any(asked in each.parents for each in rules)
    is_seen = access is not None or is_on_the_way or rules.get(asked) is Access.HIDDEN
    assert allows(profile, "file-read-metadata", str(asked)) is is_seen


def test_no_path_is_part_of_its_text() -> None:
    hostile = Path('/a") (allow default) ("')
    text, places = profile_of(View(rules={hostile: Access.READ}), Network.OFF)
    assert "allow default" not in text
    assert str(hostile) in places.values()


def test_links_are_followed_and_what_would_be_shown_elsewhere_is_hidden(tmp_path: Path) -> None:
    (tmp_path / "real/cache").mkdir(parents=True)
    (tmp_path / "own").mkdir()
    (tmp_path / "link").symlink_to("real")
    view = View()
    view.give(tmp_path / "link", Access.READ)
    view.show_instead(tmp_path / "real/cache", tmp_path / "own")
    profile = profile_of(view, Network.OFF)
    assert allows(profile, "file-read-data", str(tmp_path / "link"))
    assert allows(profile, "file-read-data", str(tmp_path / "real/file"))
    assert not allows(profile, "file-read-data", str(tmp_path / "real/cache/file"))
    assert not allows(profile, "file-read-data", str(tmp_path / "own"))


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (Network.ON, ["(remote ip)", "mDNSResponder", "trustd"]),
        (Network.LOOPBACK, ['(remote ip "localhost:3333")']),
        (Network.OFF, []),
    ],
)
def test_the_network_is_what_the_wish_says(network: Network, told: list[str]) -> None:
    text, _ = profile_of(View(), network, 3333)
    every = ["(remote ip)", '(remote ip "localhost:3333")', "mDNSResponder", "trustd"]
    assert [each for each in every if each in text] == [each for each in every if each in told]
    assert "SecurityServer" not in text  # the keychain


def played(folder: Path, code: int = 0) -> Seatbelt:
    """`sandbox-exec` that takes what Apple's takes, shuts nothing in, and becomes the command."""
    program = folder / "sandbox-exec"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        "words = sys.argv[1:]\n"
        "assert words[0] == '-p' and words[1].startswith('(version 1)')\n"
        "rest = [i for i, each in enumerate(words[2:], 2) if not each.startswith('-D')][0]\n"
        f"{code} and sys.exit('sandbox-exec: operation not permitted')\n"
        "os.execv(words[rest], words[rest:])\n"
    )
    program.chmod(0o700)
    return Seatbelt(str(program))


def test_a_run_is_contained_where_that_is_demanded_and_reaches_us_by_our_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = tmp_path / "home", tmp_path / "home/work"
    (home / ".ssh").mkdir(parents=True)
    (home / "Library").mkdir()
    work.mkdir()
    monkeypatch.setattr("llmgw_desktop.engine.containment.sights.KEPT_BELOW_HOME", ("Library",))
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    ways = Enclosure(env, None, played(tmp_path), own_url=lambda: "http://127.0.0.1:3333")
    wish = ContainWish(contain=Contain.ALWAYS, network=Network.LOOPBACK)
    free = ways.decide(ContainWish())
    assert (free.by, "nobody has seen" in free.why) == ("", True)
    assert ways.decide(wish).by == "seatbelt"
    (tmp_path / "job").mkdir()
    folder = JobFolder(path=tmp_path / "job", temp=tmp_path / "job/temp")
    folder.temp.mkdir(exist_ok=True)
    command, _ = ways.start(
        ["/bin/sh", "-c", "exit 7"],
        env,
        work,
        folder=folder,
        inmate=Inmate(cli=CliName.CLAUDE, homes=cli_of(CliName.CLAUDE).sign_in.homes, wish=wish),
    )
    assert command[-3:] == ["/bin/sh", "-c", "exit 7"]  # no door within: it is let to ours
    assert subprocess.run(command, check=False).returncode == 7
    places = dict(each.removeprefix("-D").split("=", 1) for each in command[3:-3])
    profile = command[2], places
    assert "localhost:3333" in profile[0]
    assert allows(profile, "file-write-data", str(work / "file"))
    assert allows(profile, "file-read-data", str(home / "notes"))
    assert not allows(profile, "file-write-data", str(home / ".profile"))
    for hidden in (".ssh/id_ed25519", "Library/Keychains/login.keychain-db"):
        assert not allows(profile, "file-read-data", str(home / hidden))


def test_where_the_system_does_not_let_it_a_demanded_run_is_refused(tmp_path: Path) -> None:
    ways = Enclosure({"HOME": str(tmp_path)}, None, played(tmp_path, code=1))
    with pytest.raises(InvalidRun, match="operation not permitted"):
        ways.decide(replace(ContainWish(), contain=Contain.ALWAYS))
    assert Seatbelt(str(tmp_path / "none")).problem().endswith("No such file or directory.")


def test_the_doctor_says_that_it_is_kept_for_who_demands_it(tmp_path: Path) -> None:
    found = _containment(played(tmp_path))
    assert found.state == "warn"
    assert found.more["contained"] is False
    assert 'contain = "always"' in found.says
