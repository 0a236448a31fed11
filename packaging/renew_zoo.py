"""Renews the lock files of the client libraries in `tests/e2e/zoo`, and prints what changed.

    python packaging/renew_zoo.py

Takes the newest of each library and of all that it requires. Nothing is installed but for the tool
that resolves, in a folder that is gone afterwards; the tests install what the lock files say.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ZOO = Path(__file__).parents[1] / "tests" / "e2e" / "zoo"
WANTED = {
    "sdks": ("anthropic", "google-genai", "openai"),
    "langchain": ("langchain-anthropic", "langchain-google-genai", "langchain-openai"),
    "pydantic_ai": ("pydantic-ai-slim[google,openai]",),
    "instructor": ("anthropic", "google-genai", "instructor", "jsonref"),
}
"""What each environment is for; instructor brings neither the vendors' SDKs nor jsonref."""
OLDEST_PYTHON = "3.11"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="llmgw-zoo-") as scratch:
        resolver = _resolver(Path(scratch))
        for library, wanted in WANTED.items():
            _renew_requirements(resolver, library, wanted)
        _renew_packages(Path(scratch))
    return 0


def _resolver(scratch: Path) -> Path:
    venv.create(scratch / "venv", with_pip=True)
    places = scratch / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    _run(str(places / "pip"), "install", "--quiet", "uv")
    return places / "uv"


def _renew_requirements(resolver: Path, library: str, wanted: tuple[str, ...]) -> None:
    lock = ZOO / f"requirements-{library}.lock"
    before = lock.read_text() if lock.exists() else ""
    plain = ("--no-config", "--no-header", "--no-annotate")
    pythons = ("--universal", "--python-version", OLDEST_PYTHON)
    command = (str(resolver), "pip", "compile", "--quiet", *plain, *pythons, "-")
    after = _run(*command, given="\n".join(wanted))
    lock.write_text(after)
    _tell(lock.name, _pins(before), _pins(after))


def _pins(lock: str) -> dict[str, str]:
    lines = [line.partition(";")[0].strip() for line in lock.splitlines() if "==" in line]
    return dict(tuple(line.split("==", 1)) for line in lines)


def _renew_packages(scratch: Path) -> None:
    """Without the addresses that npm writes: they are those of whoever renewed it."""
    package, lock = ZOO / "package.json", ZOO / "package-lock.json"
    told = json.loads(package.read_text())
    newest = {name: _run(_npm(), "view", name, "version").strip() for name in told["dependencies"]}
    folder = scratch / ZOO.name
    folder.mkdir()
    told["dependencies"] = newest
    (folder / package.name).write_text(json.dumps(told, indent=2) + "\n")
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts")
    _run(
        *(_npm(), "install", "--package-lock-only", "--omit-lockfile-registry-resolved", *quiet),
        folder=folder,
    )
    before = _packages(lock.read_text()) if lock.exists() else {}
    after = (folder / lock.name).read_text()
    for file in (package, lock):
        shutil.copy(folder / file.name, file)
    _tell(lock.name, before, _packages(after))


def _packages(lock: str) -> dict[str, str]:
    """Refuses a lock that names an address."""
    told = json.loads(lock)["packages"]
    if any("resolved" in each for each in told.values()):
        raise SystemExit("npm wrote addresses into the lock file: this npm is too old")
    return {
        name.partition("node_modules/")[2]: each["version"] for name, each in told.items() if name
    }


def _npm() -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is not installed")
    return npm


def _tell(title: str, before: dict[str, str], after: dict[str, str]) -> None:
    names = sorted({*before, *after})
    changed = [name for name in names if before.get(name) != after.get(name)]
    print(f"{title}: {len(changed)} of {len(after)} changed")
    for name in changed:
        print(f"  {name} {before.get(name, '-')} -> {after.get(name, '-')}")


def _run(*command: str, given: str = "", folder: Path | None = None) -> str:
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, cwd=folder, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
