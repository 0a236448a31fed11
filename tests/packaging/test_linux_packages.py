"""The packages for Linux: the same bytes each time, whole, and gone without a trace."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.packaging.bare_system import BareSystem, bare_system
from tests.packaging.machine import ROOT
from tests.packaging.needs import need_programs
from tests.packaging.one_file import OneFile, put_where_anybody_may_enter
from tests.packaging.one_folder import BARE
from tests.packaging.test_release import folder_of
from tests.support.gateway import GatewaySetup, running_gateway
from tests.support.raw_http import send
from tests.support.x_screen import SCREEN_TOOLS, do, x_screen

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

VERSION = importlib.metadata.version("llmgw-desktop")
EPOCH = "1795000000"
_TOKEN = "token-of-a-test-0123456789-abcdefghij"
LEFT_BY_TOOLS = ("etc/ld.so.cache", "etc/.pwd.lock")


def make(kind: str, program: Path, out: Path, **more: str) -> Path:
    done = subprocess.run(
        [
            *(sys.executable, str(ROOT / "packaging/release/make.py"), kind, "--quick"),
            *("--folder", str(program.parent), "--out", str(out)),
        ],
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "QT_QPA_PLATFORM": "offscreen", **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.splitlines()[0])


@pytest.mark.daily
def test_menus_and_shops_can_read_what_describes_it(tmp_path: Path) -> None:
    """Without building anything."""
    need_programs("desktop-file-validate", "appstreamcli")
    here = ROOT / "packaging/linux"
    described = (here / "llmgw-desktop.metainfo.xml").read_text()
    filled = tmp_path / "io.github.llm_gateway_desktop.metainfo.xml"
    filled.write_text(described.replace("@VERSION@", VERSION).replace("@DATE@", "2026-11-23"))
    for words in (
        ("desktop-file-validate", here / "llmgw-desktop.desktop"),
        ("appstreamcli", "validate", "--no-net", filled),
    ):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    code = (ROOT / "llmgw_desktop/ui/application.py").read_text()
    assert 'setDesktopFileName("llmgw-desktop")' in code  # by which a desktop finds the icon


@pytest.mark.daily
@pytest.mark.parametrize(("whose", "name"), [("system", "llmgw-system"), ("user", "llmgw")])
def test_systemd_can_read_its_units(whose: str, name: str, tmp_path: Path) -> None:
    need_programs("systemd-analyze")
    unit = (ROOT / f"packaging/linux/{name}.service").read_text()
    read = tmp_path / "llmgw.service"
    read.write_text(unit.replace("/usr/bin/llmgw serve", "/bin/true"))  # it must be there
    words = ("systemd-analyze", f"--{whose}", "verify", read)
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_release_brings_sums_a_signature_and_a_list_of_parts(
    program: Path, tmp_path: Path
) -> None:
    need_programs("openssl", "xz")
    key, public = tmp_path / "key.pem", tmp_path / "key.pub"
    for words in (
        ("genpkey", "-algorithm", "ed25519", "-out", key),
        ("pkey", "-in", key, "-pubout", "-out", public),
    ):
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    first = make("deb", program, tmp_path / "first", LLMGW_SIGNING_KEY=str(key))
    again = make("deb", program, tmp_path / "again")
    assert first.read_bytes() == again.read_bytes()
    sums = first.with_name("SHA256SUMS")
    subprocess.run(["sha256sum", "-c", sums], cwd=first.parent, check=True, capture_output=True)
    subprocess.run(
        [
            *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin"),
            *("-in", sums, "-sigfile", first.with_name("SHA256SUMS.sig")),
        ],
        check=True,
        capture_output=True,
    )
    assert not again.with_name("SHA256SUMS.sig").exists()
    told = json.loads(first.with_name(f"{first.name}.cdx.json").read_text())
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    [digest] = told["metadata"]["component"]["hashes"]
    assert digest["content"] == hashlib.sha256(first.read_bytes()).hexdigest()
    refs = [each["bom-ref"] for each in told["components"]]
    assert len(set(refs)) == len(refs)
    orjson = importlib.metadata.version("orjson")
    assert f"pkg:pypi/orjson@{orjson}" in {each.get("purl") for each in told["components"]}


def test_the_portable_archive_runs_from_any_folder(
    program: Path, own_home: Path, tmp_path: Path
) -> None:
    made = make("portable", program, tmp_path / "out")
    place = tmp_path / "Größe & mehr" / ("x" * 120)
    place.mkdir(parents=True)
    subprocess.run(["tar", "-xf", made, "-C", place], check=True)
    [folder] = place.iterdir()
    assert {each.name for each in folder.iterdir()} == {
        *("llmgw", "_internal", "LICENSE.txt", "README.txt", "licences"),
    }
    one = made.with_name(f"llmgw-desktop-{VERSION}-{os.uname().machine}.run")
    itself = GatewaySetup(
        home=own_home, program=(str(one),), environment={**BARE, "XDG_DATA_HOME": str(place)}
    )
    assert itself.command("--llmgw", "--version").stdout == f"llmgw {VERSION}\n"
    assert itself.command("--version").stdout == f"llmgw {VERSION}\n"
    setup = GatewaySetup(home=own_home, program=(str(folder / "llmgw"),), environment=BARE)
    assert setup.command("--version").stdout == f"llmgw {VERSION}\n"
    with running_gateway(setup) as gateway:
        assert send(f"{gateway.url}/health", method="GET").status == 200


@pytest.fixture(scope="module")
def made_of_little(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one file around a program that tells its name and its words."""
    work = tmp_path_factory.mktemp("little")
    program = folder_of(work / "folder", "llmgw") / "llmgw"
    program.write_text('#!/bin/sh\nprintf "%s|" "${0##*/}" "$@"\n')
    program.chmod(0o755)
    icons = program.parent / "_internal/llmgw_desktop/_resources/icons"
    icons.mkdir(parents=True)
    shutil.copy(ROOT / "resources/icons/app.svg", icons)
    make("portable", program, work / "out")
    [made] = (work / "out").glob("*.run")
    return made


@pytest.fixture
def one_file(made_of_little: Path) -> Iterator[OneFile]:
    with put_where_anybody_may_enter(made_of_little) as put:
        yield put


@pytest.mark.daily
def test_the_one_file_is_unpacked_once_and_starts_what_it_is_called(one_file: OneFile) -> None:
    both = [one_file.start("-x", "a b") for _ in range(2)]
    assert [each.communicate(timeout=60)[0] for each in both] == ["llmgw-desktop|-x|a b|"] * 2
    folder = one_file.unpacked / VERSION
    assert {each.name for each in one_file.unpacked.iterdir()} == {VERSION, ".lock"}
    number = folder.stat().st_ino
    assert one_file.said(by=("sh",)) == "llmgw-desktop|"
    assert one_file.said("--llmgw", "key", "list") == "llmgw|key|list|"
    named = one_file.data / "llmgw"
    named.symlink_to(one_file.file)
    assert one_file.said("serve", called=str(named)) == "llmgw|serve|"
    assert folder.stat().st_ino == number
    (folder / ".unpacked").write_text("of another build\n")  # which goes on, if it runs
    assert one_file.said() == "llmgw-desktop|"
    assert len(list(one_file.unpacked.glob(f"{VERSION}*"))) == 2


@pytest.mark.daily
def test_the_one_file_only_unpacks_where_that_is_said(one_file: OneFile) -> None:
    into = one_file.data / "new/folder"
    [folder] = [Path(each) for each in one_file.said("--extract", str(into)).splitlines()]
    assert list(into.iterdir()) == [folder]
    assert os.access(folder / "llmgw", os.X_OK)
    assert "is there already" in one_file.refusal("--extract", str(into))
    assert "Say the folder" in one_file.refusal("--extract")
    assert not one_file.unpacked.exists()


@pytest.mark.daily
def test_the_one_file_writes_its_entry_of_the_menu_and_takes_it_away(one_file: OneFile) -> None:
    need_programs("desktop-file-validate")
    entry = Path(one_file.said("--menu").strip())
    assert entry == one_file.data / "applications/llmgw-desktop.desktop"
    icon = one_file.data / "icons/hicolor/scalable/apps/llmgw-desktop.svg"
    assert icon.read_bytes() == (ROOT / "resources/icons/app.svg").read_bytes()
    done = subprocess.run(["desktop-file-validate", entry], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"")
    [line] = [each for each in entry.read_text().splitlines() if each.startswith("Exec=")]
    path = str(one_file.unpacked / VERSION / "llmgw-desktop")
    quoted = path.replace('"', '\\\\"').replace("$", r"\\$").replace("%", "%%")
    assert line == f'Exec="{quoted}"'
    assert str(one_file.unpacked) in one_file.said("--remove")
    assert not entry.exists()
    assert not icon.exists()
    assert (one_file.unpacked / VERSION / "llmgw").exists()
    entry.write_text("Exec=/usr/bin/llmgw-desktop\n")  # somebody's own
    one_file.said("--remove")
    assert entry.exists()


@pytest.mark.daily
@pytest.mark.parametrize("fault", ["altered", "cut off", "longer"])
def test_the_one_file_is_not_believed_when_it_is_not_whole(fault: str, one_file: OneFile) -> None:
    content = bytearray(one_file.file.read_bytes())
    if fault == "altered":
        content[-1000] ^= 1
    changed = {"altered": content, "cut off": content[:3000], "longer": content + b"x"}[fault]
    one_file.file.write_bytes(changed)
    for words in ((), ("--menu",), ("--extract", str(one_file.data / "there"))):
        assert "is not whole: it was cut off or altered" in one_file.refusal(*words)
    assert list(one_file.data.rglob("*")) == []


@pytest.mark.daily
def test_where_the_one_file_cannot_be_unpacked_it_says_why(one_file: OneFile) -> None:
    one_file.data.chmod(0o555)
    if os.getuid() == 0:
        os.chown(one_file.data, 0, 0)
    assert "cannot be made: Permission denied." in one_file.refusal()
    assert "HOME is not set" in one_file.refusal(XDG_DATA_HOME="")
    full = 'mount -t tmpfs -o size=16k none "$XDG_DATA_HOME" && exec "$@"'
    words = ["unshare", "-m", "sh", "-c", full, "sh", one_file.file]
    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        return
    env = {**os.environ, "XDG_DATA_HOME": str(one_file.data)}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "No space left on device." in done.stderr


@pytest.mark.daily
def test_the_one_file_comes_to_the_same_bytes_and_is_listed(
    made_of_little: Path, tmp_path: Path
) -> None:
    program = made_of_little.parents[1] / "folder/llmgw"
    again = make("portable", program, tmp_path / "again").with_name(made_of_little.name)
    assert again.read_bytes() == made_of_little.read_bytes()
    assert f"  {again.name}\n" in again.with_name("SHA256SUMS").read_text()
    told = json.loads(again.with_name(f"{again.name}.cdx.json").read_text())
    [digest] = told["metadata"]["component"]["hashes"]
    assert digest["content"] == hashlib.sha256(again.read_bytes()).hexdigest()


def test_the_package_is_put_in_used_replaced_and_taken_out(program: Path, tmp_path: Path) -> None:
    made = make("deb", program, tmp_path / "out")
    with bare_system(tmp_path) as system:
        system.run("apt-get", "-q", "update")
        needs = subprocess.run(
            ["dpkg-deb", "-f", made, "Depends"], capture_output=True, text=True, check=True
        ).stdout
        names = [each.split()[0] for each in needs.split(",")]
        system.run("apt-get", "-q", "-y", "install", "--no-install-recommends", *names)
        before = system.files()
        put_in(system, made)
        put = system.files() - before
        assert {"usr/bin/llmgw", "usr/bin/llmgw-desktop"} <= put
        assert all(each.startswith("usr/") for each in put - set(LEFT_BY_TOOLS))
        assert "usr/share/applications/llmgw-desktop.desktop" in put
        assert system.said("llmgw", "--version") == f"llmgw {VERSION}\n"
        see_its_window(system)
        serve_as_systemd_starts_it(system)
        serving = system.start("llmgw", "serve", "--port", "0")
        try:
            url = _url(system, serving)
            assert send(f"{url}/health", method="GET").status == 200
            key = system.said("llmgw", "key", "add", "mine")
            put_in(system, newer(made, tmp_path / "newer"))
            headers = [("Authorization", f"Bearer {key.split()[-1]}")]  # the older one, to its end
            assert send(f"{url}/v1/models", method="GET", headers=headers).status == 200
        finally:
            serving.terminate()
            said, _ = serving.communicate(timeout=60)
        assert serving.returncode == 0, said
        assert not (system.root / "usr/lib/llmgw-desktop/_internal/base_library.zip").exists()
        assert (system.root / "usr/lib/llmgw-desktop/_internal/new").exists()
        system.run("dpkg", "--purge", "llmgw-desktop")
        assert system.files() - before <= set(LEFT_BY_TOOLS)
        assert list(system.home.rglob("gateway.db")), key  # what is a person's stays


def serve_as_systemd_starts_it(system: BareSystem) -> None:
    """By the words of the unit that the package brings: it says when it is ready, that it lives
    and that it ends, and takes a key out of the folder of credentials. There is no systemd."""
    unit = (system.root / "usr/lib/systemd/system/llmgw.service").read_text()
    lines = dict(each.split("=", 1) for each in unit.splitlines() if "=" in each and each[0] != "#")
    assert (lines["Type"], lines["WatchdogSec"]) == ("notify", "60")
    credentials = system.root / "tmp/credentials"
    credentials.mkdir()
    (credentials / "LLM_GATEWAY_AUTH_TOKEN").write_text(f"{_TOKEN}\n")
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as systemd:
        systemd.bind(str(system.root / "tmp/notify"))
        (system.root / "tmp/notify").chmod(0o666)
        systemd.settimeout(120)
        serving = system.start(
            *lines["ExecStart"].split(),
            *("--port", "0"),
            NOTIFY_SOCKET="/tmp/notify",
            WATCHDOG_USEC="2000000",
            CREDENTIALS_DIRECTORY="/tmp/credentials",
        )
        try:
            first = systemd.recv(1000).decode()
            assert first.startswith("READY=1\nSTATUS=serves http://127.0.0.1:"), first
            url = first.removeprefix("READY=1\nSTATUS=serves ").split()[0]
            assert send(f"{url}/ready", method="GET").status == 200
            for token, expected in ((_TOKEN, 200), (_TOKEN[:-1], 401)):
                headers = [("Authorization", f"Bearer {token}")]
                assert send(f"{url}/v1/models", method="GET", headers=headers).status == expected
            assert [systemd.recv(1000) for _ in range(2)] == [b"WATCHDOG=1"] * 2
        finally:
            serving.terminate()
            said, _ = serving.communicate(timeout=60)
        assert serving.returncode == 0, said
        assert _TOKEN not in said
        systemd.setblocking(False)
        heard = set()
        with suppress(BlockingIOError):
            while True:
                heard.add(systemd.recv(1000))
        assert b"STOPPING=1" in heard


def put_in(system: BareSystem, package: Path) -> None:
    shutil.copyfile(package, system.root / "tmp/package.deb")
    system.run("dpkg", "-i", "/tmp/package.deb")


def newer(package: Path, work: Path) -> Path:
    """The next version: one file more, another fewer."""
    subprocess.run(["dpkg-deb", "-R", package, work], check=True)
    control = work / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {VERSION}", "Version: 99.0"))
    inside = work / "usr/lib/llmgw-desktop/_internal"
    (inside / "base_library.zip").unlink()
    (inside / "new").touch()
    (inside.parent / "llmgw").write_bytes(b"of another version")
    made = work.with_suffix(".deb")
    words = ["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", work, made]
    subprocess.run(words, check=True, capture_output=True)
    return made


def see_its_window(system: BareSystem) -> None:
    """By the libraries that the package asks for, and no others."""
    need_programs(*SCREEN_TOOLS)
    with x_screen() as screen:
        window = system.start("llmgw-desktop", "--port", "0", DISPLAY=screen["DISPLAY"])
        ends = time.monotonic() + 180
        try:
            while not is_shown(screen):
                assert window.poll() is None, window.communicate()[0]
                assert time.monotonic() < ends, "no window"
                time.sleep(0.5)
        finally:
            window.terminate()
            out, _ = window.communicate(timeout=60)
        assert window.returncode == 0, out


def is_shown(screen: dict[str, str]) -> bool:
    with suppress(subprocess.CalledProcessError):
        do(screen, "search", "--onlyvisible", "--name", "LLM Gateway")
        return True
    return False


def _url(system: BareSystem, serving: subprocess.Popen[str]) -> str:
    ends = time.monotonic() + 60
    while not (found := list(system.home.rglob("gateway.json"))):
        assert serving.poll() is None, serving.communicate()[0]
        assert time.monotonic() < ends, "it does not serve"
        time.sleep(0.05)
    return str(json.loads(found[0].read_text())["url"])
