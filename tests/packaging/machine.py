"""A bare machine for the set-up scripts: a checkout, its own search path, a stand-in for Python.

The stand-in is a shell script, so that nothing is downloaded; real installations are tried on fresh
systems by hand.
"""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
TOOLS = "cat cksum cp cut date dirname env flock getent grep ls mkdir mktemp mv readlink "
TOOLS += "rm sed sh sleep sort tail touch tr"

FAKE_PYTHON = """#!/bin/sh
case "$2 $3" in
    '-c '*) echo "${FAKE_FACTS:-3.12 whole} $0" ;;
    '-m venv')
        mkdir -p "$6/bin" && touch "$6/pyvenv.cfg" && cp "$0" "$6/bin/python"
        for tool in ruff mypy lint-imports pytest; do cp "$TOOL" "$6/bin/$tool"; done ;;
    '-m pip')
        [ "$4" = install ] || exit 0
        echo "$@" >>"$CALLS"
        [ ! -e "$CALLS.slow" ] || sleep 0.5
        [ ! -e "$CALLS.fail" ] || { echo 'ERROR: No matching distribution found for x'; exit 1; } ;;
    'tests.support.again '*) exit 1 ;;
    '-m llmgw_desktop') [ "$1" = -I ] && shift 3 && printf '%s\\n' "$PWD" "$@" ;;
esac
"""


FAKE_TOOL = """#!/bin/sh
echo "ran ${0##*/} $*"
case "${0##*/}" in ${FAILING:-}) exit 1 ;; esac
"""

BREAKING_OFF = """[ "${0##*/}" != mypy ] || kill -KILL "$PPID"
"""


Run = subprocess.Popen[str]


class Machine:
    """A checkout with a space in its name, on a machine that has only what the test gives it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "my checkout"
        self.commands = folder / "bin"
        self.pip_calls = folder / "calls"
        shutil.copytree(PACKAGING, self.root / "packaging")
        shutil.copy(ROOT / "pyproject.toml", self.root)
        for listed in (self.root / "packaging" / "linux").glob("*.txt"):
            listed.write_text("# nothing\n")
        self.commands.mkdir()
        for tool in TOOLS.split():
            (self.commands / tool).symlink_to(Path(shutil.which(tool) or "/bin/false").resolve())
        self.command("id", "echo 1000")
        self.command("tool", FAKE_TOOL)

    def command(self, name: str, body: str) -> None:
        path = self.commands / name
        path.write_text(body if body.startswith("#!") else f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def need(self, line: str) -> None:
        (self.root / "packaging/linux/packages-window.txt").write_text(line + "\n")

    def start(self, *arguments: str, script: str = "run.sh", **variables: str) -> Run:
        given = {"PATH": str(self.commands), "HOME": str(self.root), "CALLS": str(self.pip_calls)}
        given["TOOL"] = str(self.commands / "tool")
        return Run(
            ["/bin/sh", str(self.root / "packaging" / script), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.commands,
            env=given | {"CI": "true"} | variables,
            text=True,
        )

    def run(self, *arguments: str, script: str = "run.sh", **variables: str) -> tuple[int, str]:
        """The exit code and what it printed, standard output first."""
        child = self.start(*arguments, script=script, **variables)
        out, err = child.communicate(timeout=60)
        return child.returncode, out + err

    def pip_installs(self) -> int:
        return len(self.pip_calls.read_text().splitlines()) if self.pip_calls.exists() else 0
