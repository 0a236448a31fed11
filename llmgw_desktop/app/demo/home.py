"""The demo's own home below the temporary folder: settings, an environment in which nothing of the
person's is left, a program that plays an agent. It is removed when the demo ends.
"""

import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.environment import IS_POSIX
from llmgw_desktop.store.paths import Places

DEMO_VARIABLE = "LLMGW_DEMO"
"""Set in the demo's environment: what belongs to the whole computer is left alone."""
WORK_KEY, RESERVE_KEY, OTHER_KEY = "demo-work-0001", "demo-reserve-0002", "demo-other-0003"
"""Of the practice vendors; worth nothing."""
# The agent: a few lines of shell that say what Claude Code says when it asks before it acts. They
# do nothing at all, whatever the answer is.
AGENT_PROMPT = "Publish the package"
AGENT_COMMAND = "npm publish --access public"
_INIT = (
    r'{"type":"system","subtype":"init","cwd":"/project","session_id":'
    r'"0b1c7f0e-6f0d-4c8b-9d86-3d1f6a1c2e11","model":"claude-opus-5-5","permissionMode":"default"}'
)
_BEGINS = (
    r'{"type":"assistant","message":{"id":"m1","content":[{"type":"text","text":'
    r'"The version is 2.4.1, the tests pass, and the changelog names it. Publishing it now."}]}}'
)
_ASKS = (
    r'{"type":"control_request","request_id":"demo-1","request":{"subtype":"can_use_tool",'
    r'"tool_name":"Bash","input":{"command":"'
    + AGENT_COMMAND
    + r'","description":"Publish 2.4.1"}}}'
)
_SAYS = (
    r'{"type":"assistant","message":{"id":"m2","content":[{"type":"text","text":"%s"}]}}\n'
    r'{"type":"result","subtype":"success","is_error":false,"result":"%s",'
    r'"stop_reason":"end_turn"}\n'
)
_CLAUDE = f"""#!/bin/sh
case "$1$2" in
*--help) exit 0;;
*--version) echo "2.1.329 (Claude Code)"; exit 0;;
esac
while read -r line; do
  case $line in
  *'"type":"user"'*|*'"type": "user"'*) break;;
  esac
  id=${{line#*'"request_id":'}}; id=${{id#*'"'}}; id=${{id%%'"'*}}
  printf '{{"type":"control_response","response":{{"subtype":"success",'
  printf '"request_id":"%s","response":{{}}}}}}\\n' "$id"
done
printf '%s\\n' '{_INIT}' '{_BEGINS}'
sleep 1
printf '%s\\n' '{_ASKS}'
read -r answer
case $answer in
*'"allow"'*) said='Published (not really: this is a demo).';;
*) said='Not published: it was denied.';;
esac
printf '{_SAYS}' "$said" "$said"
while read -r line; do :; done
"""
AGENT = {"claude": _CLAUDE}
"""Programs by their names, as PATH finds them."""
AGENT_SIGN_IN = (".claude/.credentials.json",)
"""Below HOME: what says that somebody has signed in."""
_KEPT = (
    "LANG LANGUAGE TZ TERM COLORTERM NO_COLOR NO_PROXY DISPLAY WAYLAND_DISPLAY XAUTHORITY "
    "XDG_RUNTIME_DIR XDG_SESSION_TYPE XDG_CURRENT_DESKTOP DBUS_SESSION_BUS_ADDRESS USER LOGNAME "
    "USERNAME TMPDIR TEMP TMP SYSTEMROOT WINDIR COMSPEC PATHEXT LD_LIBRARY_PATH"
)
_KEPT_BEGINNINGS = ("LC_", "QT_")
_SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
_SETTINGS = """\
[http]
port = 0

[providers.anthropic]
kind = "anthropic"
base_url = "{vendor}"
models = ["claude-opus-5-5", "claude-haiku-5"]
local = true
[[providers.anthropic.accounts]]
name = "work"
api_key_env = "DEMO_WORK_KEY"
[[providers.anthropic.accounts]]
name = "reserve"
api_key_env = "DEMO_RESERVE_KEY"
priority = 1

[providers.openai]
kind = "openai"
base_url = "{vendor}/v1"
models = ["gpt-5.5"]
api_key_env = "DEMO_OTHER_KEY"
local = true

[providers.lm-studio]
kind = "openai-compatible"
base_url = "{vendor}/v1"
models = ["qwen3-coder-30b"]
local = true

[clients.nightly-review]
budgets = [{{ usd = 1, per = "day" }}]

[[prices]]
model = "claude-opus-*"
input = 4
output = 20
cache_read = 0.4
cache_write_5m = 5
cache_write_1h = 8
[[prices]]
model = "claude-haiku-*"
input = 1
output = 5
cache_read = 0.1
cache_write_5m = 1.25
cache_write_1h = 2
[[prices]]
model = "gpt-*"
input = 2
output = 12
cache_read = 0.2
"""


@value(kw_only=False)
class DemoHome:
    """`env` is all that the demo's gateway and its runs see."""

    folder: Path
    places: Places
    env: Mapping[str, str]
    vendor: socket.socket
    """Bound on loopback; the practice vendors listen there."""
    has_agent: bool
    """A program that plays an agent: a script of a shell."""


@contextmanager
def demo_home(env: Mapping[str, str]) -> Iterator[DemoHome]:
    """While it lasts, this process's environment is the demo's. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="llmgw-demo-"))
    vendor = socket.create_server(("127.0.0.1", 0))
    before = dict(os.environ)
    try:
        home = _made(folder, env, vendor)
        os.environ.clear()
        os.environ.update(home.env)
        yield home
    finally:
        os.environ.clear()
        os.environ.update(before)
        vendor.close()
        shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path, env: Mapping[str, str], vendor: socket.socket) -> DemoHome:
    person = folder / "person"
    programs = person / ".local" / "bin"
    programs.mkdir(parents=True)
    demo_env = _environment(folder, person, programs, env)
    places = Places.of(demo_env)
    places.make()
    places.config_file.write_text(
        _SETTINGS.format(vendor=f"http://127.0.0.1:{vendor.getsockname()[1]}"), encoding="utf-8"
    )
    if IS_POSIX:
        for name, text in AGENT.items():
            program = programs / name
            program.write_text(text, encoding="utf-8")
            program.chmod(0o700)
        for path in AGENT_SIGN_IN:
            (person / path).parent.mkdir(parents=True, exist_ok=True)
            (person / path).write_text('{"token": "demo"}', encoding="utf-8")
    return DemoHome(folder, places, demo_env, vendor, IS_POSIX)


def _environment(
    folder: Path, person: Path, programs: Path, env: Mapping[str, str]
) -> dict[str, str]:
    own = frozenset(_KEPT.split())
    kept = {
        name: text
        for name, text in env.items()
        if name.upper() in own or name.startswith(_KEPT_BEGINNINGS)
    }
    if "DISPLAY" in kept and "XAUTHORITY" not in kept and "HOME" in env:
        kept["XAUTHORITY"] = str(Path(env["HOME"]) / ".Xauthority")  # the display's, not ours
    path = [str(programs), *(_SYSTEM_PATH if IS_POSIX else [env.get("SYSTEMROOT", "")])]
    return {
        **kept,
        DEMO_VARIABLE: "1",
        "LLMGW_HOME": str(folder / "home"),
        "LLM_GATEWAY_MASTER_KEY": secrets.token_hex(32),
        "PATH": os.pathsep.join(path),
        "HOME": str(person),
        "USERPROFILE": str(person),
        "APPDATA": str(person / "AppData" / "Roaming"),
        "LOCALAPPDATA": str(person / "AppData" / "Local"),
        "XDG_CONFIG_HOME": str(person / ".config"),
        "XDG_DATA_HOME": str(person / ".local" / "share"),
        "XDG_CACHE_HOME": str(person / ".cache"),
        "XDG_STATE_HOME": str(person / ".local" / "state"),
        "DEMO_WORK_KEY": WORK_KEY,
        "DEMO_RESERVE_KEY": RESERVE_KEY,
        "DEMO_OTHER_KEY": OTHER_KEY,
    }
