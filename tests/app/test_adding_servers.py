"""`llmgw tools add`: a `server.json` is read as a stranger's, shown before it is set up, set up
with its secrets in the vault, and taken away again."""

from __future__ import annotations

import http.server
import io
import json
import os
import stat
import tarfile
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.safekeeping.importing import add_command
from llmgw_desktop.app.safekeeping.importing.adding import ServerAdder, planned
from llmgw_desktop.app.safekeeping.importing.server_file import ServerFileUnfit, read_server_file
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.vault import EntryKind, address
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.store.vault.master_key import MasterKeys
from llmgw_desktop.store.vault.vault import Vault

SECRET = "sk-tracker-0123456789abcdefghijklmn"
NPM = {
    "registryType": "npm",
    "identifier": "@example/tracker",
    "version": "1.0.2",
    "transport": {"type": "stdio"},
}


def described(**fields: Any) -> dict[str, Any]:
    return {
        "name": "com.example/tracker",
        "description": "Issues of the team.",
        "version": "1.0.2",
        **fields,
    }


def way_of(package: dict[str, Any], where: str = "packages") -> Any:
    raw = json.dumps(described(**{where: [package]})).encode()
    return read_server_file(raw).ways[0]


@dataclass
class Desk:
    places: Places
    folder: Path
    env: dict[str, str]
    said: Callable[[], tuple[str, str]]
    type: Callable[[str], None]

    def run(self, *words: str) -> tuple[int, str, str]:
        code = add_command.run(parse(["tools", *words]), self.places, self.env)
        return (code, *self.said())

    def write(self, **fields: Any) -> Path:
        path = self.folder / "server.json"
        path.write_text(json.dumps(described(**fields)))
        return path

    def servers(self) -> dict[str, Any]:
        text = self.places.config_file.read_text("utf-8")
        return dict(tomllib.loads(text).get("mcp_servers", {}))

    def entries(self) -> dict[str, bytes]:
        keys = MasterKeys({}, self.places.data_folder)
        with closing(Vault(self.places.gateway_db, keys, SystemClock())) as vault:
            return {
                f"{each.address.provider}/{each.address.name}": vault.secret(each.address, by="t")
                for each in vault.entries(EntryKind.API_KEY)
            }


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    places = Places.of(os.environ)
    places.make()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("npx", "uvx", "docker"):
        (programs / name).write_text("#!/bin/sh\nexit 9\n")
        (programs / name).chmod(stat.S_IRWXU)

    def said() -> tuple[str, str]:
        captured = capsys.readouterr()
        assert SECRET not in captured.out + captured.err
        return captured.out, captured.err

    def typed(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    typed("")
    return Desk(places, tmp_path, {"PATH": f"{programs}:{os.environ['PATH']}"}, said, typed)


def test_a_package_is_shown_whole_before_it_is_set_up(desk: Desk) -> None:
    package = {
        **NPM,
        "packageArguments": [
            {"type": "positional", "valueHint": "folder", "isRequired": True, "isRepeated": True},
            {"type": "named", "name": "--mode", "default": "local", "choices": ["local", "far"]},
        ],
        "environmentVariables": [
            {"name": "TRACKER_KEY", "description": "Of the team", "isRequired": True},
            {"name": "LOG_LEVEL", "default": "info"},
            {"name": "NOT_SAID"},
        ],
    }
    path = desk.write(packages=[package])
    digest = sha256(path.read_bytes()).hexdigest()
    words = ("add", str(path), "--set", "folder=/a", "--set", "folder=/b c")
    desk.type(f"{SECRET}\nn\n")
    code, told, trouble = desk.run(*words)
    assert (code, "Nothing was set up." in trouble) == (1, True)
    assert f"sha256 {digest}" in told
    assert "npx -y @example/tracker@1.0.2 /a '/b c' --mode=local" in told
    assert "env TRACKER_KEY = ${vault:tracker/tracker_key}" in told
    assert not desk.places.config_file.exists()
    assert desk.entries() == {}
    desk.type(f"{SECRET}\ny\n")
    assert desk.run(*words)[0] == 0
    assert desk.servers()["tracker"] == {
        "command": "npx",
        "args": ["-y", "@example/tracker@1.0.2", "/a", "/b c", "--mode=local"],
        "env": {"TRACKER_KEY": "${vault:tracker/tracker_key}", "LOG_LEVEL": "info"},
        "offer": True,
    }
    assert desk.entries() == {"tracker/tracker_key": SECRET.encode()}
    loaded = load_settings(desk.places.config_file, {}).settings.mcp_servers
    assert [(each.name, each.enabled, each.offer) for each in loaded] == [("tracker", True, True)]
    desk.type(f"{SECRET}\n")
    code, _, trouble = desk.run(*words, "--yes")
    assert (code, "is here already" in trouble) == (1, True)


def test_what_was_added_is_taken_away_with_its_own_secrets_alone(desk: Desk) -> None:
    keys = MasterKeys({}, desk.places.data_folder)
    with closing(Vault(desk.places.gateway_db, keys, SystemClock())) as vault:
        vault.put(address(EntryKind.API_KEY, "openai", "default"), b"sk-openai-1", by="t")
    package = {**NPM, "environmentVariables": [{"name": "A_KEY", "isSecret": True}]}
    path = desk.write(packages=[package])
    before = b"# mine\n"
    desk.places.config_file.write_bytes(before)
    assert desk.run("add", str(path), "--yes", "--set", "A_KEY=${vault:openai/default}")[0] == 0
    assert desk.run("remove", "tracker")[0] == 1, "nobody said yes"
    assert set(desk.servers()) == {"tracker"}
    assert desk.run("remove", "tracker", "--yes")[0] == 0
    assert desk.servers() == {}
    assert set(desk.entries()) == {"openai/default"}
    assert "no server tracker" in desk.run("remove", "tracker", "--yes")[2]


def test_a_removal_is_taken_back_whole(desk: Desk) -> None:
    adder = ServerAdder(desk.places, desk.env)
    way = way_of({**NPM, "environmentVariables": [{"name": "A_KEY", "isRequired": True}]})
    adder.add(way, planned(way, "mine", {"A_KEY": SECRET}))
    was = desk.servers()
    removed = adder.remove("mine")
    assert (desk.servers(), desk.entries()) == ({}, {})
    adder.put_back(removed)
    assert desk.servers() == was
    assert desk.entries() == {"mine/a_key": SECRET.encode()}


def test_a_secret_is_no_argument(desk: Desk) -> None:
    package = {**NPM, "environmentVariables": [{"name": "A_TOKEN", "isRequired": True}]}
    path = desk.write(packages=[package])
    code, _, trouble = desk.run("add", str(path), "--yes", "--set", f"A_TOKEN={SECRET}")
    assert (code, "stands in your shell's history" in trouble) == (1, True)
    code, told, _ = desk.run("add", str(path), "--dry-run")
    assert code == 0
    assert "credential tracker/a_token" in told
    plain = way_of({**NPM, "packageArguments": [{"type": "positional", "valueHint": "x"}]})
    with pytest.raises(ServerFileUnfit, match="every program can read"):
        planned(plain, "tracker", {"x": SECRET})


def test_an_address_gets_its_secret_by_a_header(desk: Desk) -> None:
    remote = {
        "type": "streamable-http",
        "url": "https://{region}.tracker.example/mcp",
        "variables": {"region": {"choices": ["eu", "us"], "default": "eu"}},
        "headers": [
            {
                "name": "Authorization",
                "value": "Bearer {token}",
                "variables": {"token": {"isSecret": True, "isRequired": True}},
            },
            {"name": "X-Team", "value": "{team}"},
        ],
    }
    path = desk.write(remotes=[remote])
    desk.type(f"{SECRET}\n")
    assert desk.run("add", str(path), "--yes", "--name", "far", "--set", "region=us")[0] == 0
    assert desk.servers()["far"] == {
        "url": "https://us.tracker.example/mcp",
        "headers": {"Authorization": "Bearer ${vault:far/token}", "X-Team": "{team}"},
        "offer": True,
    }
    assert desk.entries() == {"far/token": SECRET.encode()}
    desk.type(f"{SECRET}\n")
    trouble = desk.run("add", str(path), "--yes", "--name", "x", "--set", "region=mars")[2]
    assert "region is one of: eu, us" in trouble


@pytest.mark.parametrize(
    ("package", "runs"),
    [
        (
            {"registryType": "pypi", "identifier": "mcp-server-time", "version": "2026.10.19"},
            "uvx mcp-server-time@2026.10.19",
        ),
        (
            {
                "registryType": "oci",
                "identifier": "ghcr.io/example/tracker",
                "version": "1.0.2",
                "runtimeArguments": [
                    {"type": "named", "name": "--rm"},
                    {"type": "named", "name": "--network", "value": "none"},
                ],
                "environmentVariables": [{"name": "LOG", "value": "debug"}],
            },
            "docker run -i --rm -e LOG --network=none ghcr.io/example/tracker:1.0.2",
        ),
        (
            {  # as the first schema wrote it
                "registry_type": "npm",
                "registry_base_url": "https://registry.npmjs.org",
                "identifier": "tracker",
                "version": "1.0.2",
                "package_arguments": [{"type": "named", "name": "-p", "default": "1"}],
            },
            "npx -y tracker@1.0.2 -p 1",
        ),
    ],
)
def test_each_kind_of_package_has_its_runner(
    desk: Desk, package: dict[str, Any], runs: str
) -> None:
    way = way_of(package)
    assert way.why_not == ""
    assert planned(way, "x", {}).runs == runs


@pytest.mark.parametrize(
    ("package", "why"),
    [
        ({**NPM, "version": "^1.0.2"}, "which version exactly"),
        ({**NPM, "version": "latest"}, "which version exactly"),
        ({**NPM, "version": "1.x"}, "which version exactly"),
        ({**NPM, "identifier": "--registry=https://evil.example"}, "no proper name"),
        ({**NPM, "identifier": "git+https://evil.example/x"}, "no proper name"),
        ({**NPM, "registryBaseUrl": "https://evil.example"}, "another registry"),
        ({**NPM, "registryType": "mcpb"}, ".mcpb"),
        ({**NPM, "registryType": "telnet"}, "no kind of package"),
        ({**NPM, "transport": {"type": "sse", "url": "http://x"}}, "not over stdio"),
        ({**NPM, "fileSha256": "00"}, "cannot be checked"),
        (
            {**NPM, "registryType": "oci", "identifier": "x/y:latest", "version": ""},
            "which version of the image",
        ),
        (
            {**NPM, "packageArguments": [{"type": "positional", "value": "${vault:openai/x}"}]},
            "a \\$ filled in",
        ),
        (
            {**NPM, "environmentVariables": [{"name": "A", "default": "${vault:openai/x}"}]},
            "a \\$ filled in",
        ),
        (
            {**NPM, "packageArguments": [{"type": "named", "name": "--key", "isSecret": True}]},
            "among its arguments",
        ),
        ({**NPM, "packageArguments": [{"type": "positional", "value": SECRET}]}, "a secret stands"),
        ({**NPM, "environmentVariables": [{"name": "A=B"}]}, "no proper name"),
        (
            {
                **NPM,
                "runtimeHint": "bunx",
                "runtimeArguments": [{"type": "named", "name": "-q"}],
            },
            "wants to be run by bunx",
        ),
    ],
)
def test_what_could_do_something_else_is_refused_in_words(
    desk: Desk, package: dict[str, Any], why: str
) -> None:
    with pytest.raises(ServerFileUnfit, match=why):
        planned(way_of(package), "x", {})


def test_what_is_not_installed_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "llmgw_desktop.app.safekeeping.importing.adding.search_path", lambda _: "/nowhere"
    )
    path = desk.write(packages=[{**NPM, "registryType": "pypi", "identifier": "tracker"}, NPM])
    code, told, trouble = desk.run("add", str(path), "--yes")
    assert code == 1
    assert "(not here: npx is not here: it comes with Node.js)" in told
    assert "It cannot be set up so: uvx is not here: it comes with uv." in trouble


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=8)
        | st.sampled_from(["packages", "npm", "1.0.0", "${vault:a/b}", "named", "stdio"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "registryType",
                        "identifier",
                        "version",
                        "name",
                        "value",
                        "type",
                        "transport",
                        "packageArguments",
                        "environmentVariables",
                        "headers",
                        "url",
                        "variables",
                        "choices",
                        "default",
                        "isRequired",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_anything_is_read_or_refused(thing: Any) -> None:
    for key in ("packages", "remotes"):
        for listed in (thing, [thing]):
            try:
                read_server_file(json.dumps(described(**{key: listed})).encode())
            except ServerFileUnfit:
                continue


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b'{"name": "x"}', b" " * 300_000, b"\xff"])
def test_what_is_no_server_json_is_said(raw: bytes) -> None:
    with pytest.raises(ServerFileUnfit):
        read_server_file(raw)


@contextmanager
def served(answers: dict[str, bytes | str]) -> Iterator[str]:
    """Bytes, or an address that it leads to."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = answers[self.path]
            self.send_response(302 if isinstance(found, str) else 200)
            if isinstance(found, str):
                self.send_header("location", found)
            self.end_headers()
            if isinstance(found, bytes):
                self.wfile.write(found)

        @override
        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_file_comes_from_an_address_and_only_the_one_that_is_meant(desk: Desk) -> None:
    raw = json.dumps({"server": described(packages=[NPM]), "_meta": {}}).encode()
    leads: dict[str, bytes | str] = {
        "/far": "http://far.example/server.json",
        "/s": raw,
        "/big": b" " * 300_000,
    }
    with served(leads) as url:
        digest = sha256(raw).hexdigest()
        assert desk.run("add", f"{url}/s", "--yes", "--hash", digest)[0] == 0
        assert set(desk.servers()) == {"tracker"}
        trouble = desk.run("add", f"{url}/s", "--yes", "--hash", "0" * 64, "--name", "b")[2]
        assert "does not hash to what --hash says" in trouble
        for at, why in (("far", "not https"), ("big", "too large")):
            assert why in desk.run("add", f"{url}/{at}", "--yes", "--name", "b")[2]
    assert "not https" in desk.run("add", "http://far.example/server.json", "--yes")[2]
    assert "cannot be read" in desk.run("add", str(desk.folder / "none.json"), "--yes")[2]
    assert set(desk.servers()) == {"tracker"}


def packed() -> bytes:
    """A package as npm keeps it."""
    manifest = {"name": "@example/tracker", "version": "1.0.2", "bin": {"tracker": "x.js"}}
    files = {"package.json": json.dumps(manifest), "x.js": "#!/usr/bin/env node\n"}
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return found.getvalue()


def test_a_package_has_to_hash_to_what_the_file_says(desk: Desk) -> None:
    """By npm itself; a stand-in is the registry."""
    archive, answers = packed(), dict[str, bytes | str]()
    digest = sha256(archive).hexdigest()
    with served(answers) as url:
        dist = {"tarball": f"{url}/x.tgz", "shasum": sha1(archive).hexdigest()}
        version = {"name": "@example/tracker", "version": "1.0.2", "dist": dist}
        told = {
            "name": "@example/tracker",
            "dist-tags": {"latest": "1.0.2"},
            "versions": {"1.0.2": version},
        }
        answers |= {"/@example%2ftracker": json.dumps(told).encode(), "/x.tgz": archive}
        env = {**desk.env, "npm_config_registry": url, "npm_config_cache": str(desk.folder / "c")}
        adder = ServerAdder(desk.places, env)
        kept = desk.places.data_folder / "mcp-packages"
        other = way_of({**NPM, "fileSha256": "0" * 64})
        with pytest.raises(ServerFileUnfit, match=f"hashes to {digest}, not to 0000"):
            adder.add(other, planned(other, "tracker", {}))
        assert list(kept.glob("*")) == []
        assert not desk.places.config_file.exists()
        way = way_of({**NPM, "fileSha256": digest})
        adder.add(way, planned(way, "tracker", {}))
    (file,) = kept.glob("*/*")
    assert desk.servers()["tracker"]["args"] == ["-y", str(file)]
    assert file.read_bytes() == archive
    removed = adder.remove("tracker")
    adder.put_back(removed)
    adder.sweep()
    assert file.exists(), "what was taken back is whole"
    adder.remove("tracker")
    adder.sweep()
    assert list(kept.glob("*")) == []
