"""What is measured side by side: the program, a bare pass-through, proxies in other languages.

Each has one thread for its work, and the same upstream. What is not installed is left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from gateway_child import running_gateway
from harness import child, free_port, tree_cpu_s, wait_until_listening


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Something that proxies."""

    url: str
    pid: int
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def chat(self) -> str:
        return f"{self.url}/v1/chat/completions"

    def cpu_s(self) -> float:
        """Of all its threads and children."""
        return tree_cpu_s(self.pid)


_NGINX = """daemon off; worker_processes 1;
pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 3600s;
  client_max_body_size 64m; client_body_buffer_size 1m; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream up {{ server {upstream}; keepalive 512; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{
      proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Authorization "Bearer sk-upstream"; proxy_buffering off;
    }}
  }}
}}
"""

_HAPROXY = """global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  http-reuse always
  option http-no-delay
frontend callers
  bind 127.0.0.1:{port}
  default_backend upstream
backend upstream
  http-request set-header Authorization "Bearer sk-upstream"
  server one {upstream}
"""

_ENVOY_TYPES = "type.googleapis.com/envoy.extensions.filters"
_ENVOY = """static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": {types}.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: callers
          codec_type: HTTP1
          stream_idle_timeout: 600s
          http_filters:
          - name: envoy.filters.http.router
            typed_config: {{ "@type": {types}.http.router.v3.Router }}
          route_config:
            request_headers_to_add:
            - header: {{ key: authorization, value: Bearer sk-upstream }}
              append_action: OVERWRITE_IF_EXISTS_OR_ADD
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - match: {{ prefix: "/" }}
                route: {{ cluster: upstream, timeout: 600s }}
  clusters:
  - name: upstream
    type: STATIC
    load_assignment:
      cluster_name: upstream
      endpoints:
      - lb_endpoints:
        - endpoint:
            address: {{ socket_address: {{ address: {host}, port_value: {upstream_port} }} }}
"""


def start_sides(stack: ExitStack, names: Sequence[str], upstream: str) -> dict[str, Side]:
    """Those of the names that are installed, in their order."""
    made = {name: _STARTS[name](stack, upstream) for name in names}
    return {name: side for name, side in made.items() if side is not None}


def start_gateway(
    stack: ExitStack, upstream: str, *, window: bool = False, settings: str | None = None
) -> Side:
    """`settings`: all of them, in the place of one provider."""
    gateway = stack.enter_context(running_gateway(upstream, window=window, providers=settings))
    return Side(url=gateway.url, pid=gateway.pid, headers=gateway.headers)


def _script(name: str) -> Callable[[ExitStack, str], Side]:
    def start(stack: ExitStack, upstream: str) -> Side:
        port = free_port()
        script = str(Path(__file__).with_name(name))
        return _started(stack, [sys.executable, script, str(port), upstream], port)

    return start


def _nginx(stack: ExitStack, upstream: str) -> Side | None:
    return _peer(stack, upstream, "nginx", _NGINX, ("-e", "{folder}/error.log", "-c", "{config}"))


def _haproxy(stack: ExitStack, upstream: str) -> Side | None:
    return _peer(stack, upstream, "haproxy", _HAPROXY, ("-db", "-q", "-f", "{config}"))


def _envoy(stack: ExitStack, upstream: str) -> Side | None:
    arguments = ("-c", "{config}", "--concurrency", "1", "-l", "error", "--disable-hot-restart")
    return _peer(stack, upstream, "envoy", _ENVOY, arguments)


def _peer(
    stack: ExitStack, upstream: str, name: str, words: str, arguments: Sequence[str]
) -> Side | None:
    program = _program(name)
    if program is None:
        return None
    folder, port, to = stack.enter_context(tempfile.TemporaryDirectory()), free_port(), upstream
    parts = urlsplit(to)
    config = Path(folder, f"{name}.yaml")
    config.write_text(
        words.format(
            folder=folder,
            port=port,
            upstream=parts.netloc,
            host=parts.hostname,
            upstream_port=parts.port,
            types=_ENVOY_TYPES,
        )
    )
    told = [each.format(folder=folder, config=config) for each in arguments]
    return _started(stack, [program, *told], port)


def _program(name: str) -> str | None:
    """By a variable such as BENCH_ENVOY, on PATH, or where Debian has servers."""
    named = os.environ.get(f"BENCH_{name.upper()}")
    return named or shutil.which(name) or shutil.which(name, path="/usr/sbin")


def _started(stack: ExitStack, command: Sequence[str], port: int) -> Side:
    # clients that leave in the middle of a stream are no news
    process = stack.enter_context(
        child(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    )
    wait_until_listening(port)
    return Side(url=f"http://127.0.0.1:{port}", pid=process.pid)


_STARTS: dict[str, Callable[[ExitStack, str], Side | None]] = {
    "bare": _script("raw_proxy.py"),
    "aiohttp": _script("floor_proxy.py"),
    "headless": lambda stack, upstream: start_gateway(stack, upstream),
    "window": lambda stack, upstream: start_gateway(stack, upstream, window=True),
    "Envoy": _envoy,
    "HAProxy": _haproxy,
    "nginx": _nginx,
}
SIDES = tuple(_STARTS)
