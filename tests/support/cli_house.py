"""A gateway whose CLIs are the vendors' own, each told to ask this very gateway for its models,
which leads them on to scripted upstreams: a run goes through the house twice, and no further."""

from __future__ import annotations

import json
import socket
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi

from llmgw_desktop.domain.cli import CliName
from tests.support import cli_benches
from tests.support.gateway import (
    Gateway,
    GatewaySetup,
    anthropic_provider,
    openai_provider,
    running_gateway,
)
from tests.support.lane import Lane
from tests.support.upstream import Upstream, upstream_thread

_CODEX = """
model_provider = "gw"
[analytics]
enabled = false
[model_providers.gw]
name = "gw"
base_url = "{url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
supports_websockets = false
"""
_SIGNED_OUT = ("KEY", "TOKEN", "BASE_URL")


@dataclass(frozen=True, slots=True, kw_only=True)
class CliHouse:
    gateway: Gateway
    upstream: Upstream
    key: str

    @property
    def url(self) -> str:
        return self.gateway.url

    def home_of(self, cli: CliName) -> Path:
        return self.gateway.home.parent / "clis" / cli / "home"

    def lane(self, model: str) -> Lane:
        """Where a model leads to, as new."""
        lane = self.upstream.lane(model)
        lane.forget()
        return lane

    def job(self, cli: CliName, prompt: str, **fields: Any) -> Any:
        """To its end, or as far as it came."""
        return self.call("/v1/jobs", {"cli": cli, "prompt": prompt, "wait": True, **fields})

    def call(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.gateway.access_key()}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read())


@contextmanager
def open_cli_house(
    root: Path,
    clis: Sequence[CliName],
    program_of: Callable[[CliName], Path],
    *,
    toml: str = "",
    sign_in_with: str | None = None,
    vendor_model: str = "",
    own_lane: str = "",
    contain: str = "auto",
    readable: Sequence[str] = (),
) -> Iterator[CliHouse]:
    """The port is chosen before, since the CLIs' settings name it. `sign_in_with`: the key that
    the CLIs have in place of a good one; empty: they have none. `vendor_model`: one more model,
    whose lane speaks as Anthropic does. `own_lane`: what the CLIs ask themselves, past the
    gateway. `readable`: what their contained runs see besides."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    with upstream_thread() as upstream:
        providers = [openai_provider(upstream.lane(model)) for model in cli_benches.STUBS]
        if vendor_model:
            providers.append(anthropic_provider(upstream.lane(vendor_model)))
        home, arguments = root / "home", ("--port", str(port))
        setup = GatewaySetup(home=home, arguments=arguments, providers=providers)
        setup.write_config()
        key = setup.add_key("agent")
        own = key if sign_in_with is None else sign_in_with
        asked = upstream.lane(own_lane).root_url if own_lane else url
        tables = [
            _table(cli, program_of(cli), root, asked, own, readable) + f'contain = "{contain}"\n'
            for cli in clis
        ]
        setup = GatewaySetup(
            home=home, arguments=arguments, providers=providers, toml="\n".join([toml, *tables])
        )
        with running_gateway(setup) as gateway:
            yield CliHouse(gateway=gateway, upstream=upstream, key=key)


def _table(
    cli: CliName, program: Path, root: Path, url: str, key: str, readable: Sequence[str]
) -> str:
    bench = cli_benches.bench_of(cli, program, root / "clis", url, key)
    cache = root.parent / f"{cli}-cache"
    _share_cache(bench.root / "home", cache)
    if cli is CliName.CODEX:
        bench.write(".codex/config.toml", _CODEX.format(url=url))
    # Copilot does not start where it finds no certificates, though it needs none here.
    env = {**bench.environment, "HOME": str(bench.root / "home"), "SSL_CERT_FILE": certifi.where()}
    if not key:
        env = {name: text for name, text in env.items() if not name.endswith(_SIGNED_OUT)}
    # Contained, a run follows no link out of its HOME, and reads no certificates elsewhere.
    seen = json.dumps([certifi.where(), *readable])
    shown = f"readable = {seen}\nwritable = {json.dumps([str(cache)])}\n"
    return f"[clis.{cli}]\ncommand = {json.dumps(str(program))}\nenv = {_toml(env)}\n{shown}"


def _share_cache(home: Path, cache: Path) -> None:
    """Copilot unpacks itself there: seconds that one house of a run of tests pays for all."""
    cache.mkdir(exist_ok=True)
    home.mkdir(parents=True, exist_ok=True)
    (home / ".cache").symlink_to(cache)


def _toml(env: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{name} = {json.dumps(text)}" for name, text in env.items()) + " }"
