"""Whether the system starts the program when its person logs in: an entry that the person may also
see, change and remove with the system's own means, so it is read anew each time it is asked for.

| | Linux | macOS | Windows |
|---|---|---|---|
| entry | `autostart/llmgw-desktop.desktop` | `LaunchAgents/llmgw-desktop.plist` | value of `Run` |
| the person forbids it | `Hidden`, GNOME's own key | `Disabled` | the Task Manager's list |
"""

from __future__ import annotations

import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME = "llmgw-desktop"
_TITLE = "LLM Gateway"
_MARKED = str.maketrans({char: f"\\{char}" for char in '"`$\\'})
"""Within quotes, as the specification of desktop entries has them."""


def desktop_entry(argv: Sequence[str], variables: Mapping[str, str]) -> str:
    """Of Linux. One whose program is gone is passed over, so that removing it leaves no error."""
    words = [f"{name}={value}" for name, value in variables.items()]
    line = " ".join(map(_quoted, ["env", *words, *argv] if words else argv))
    return (
        "[Desktop Entry]\nType=Application\n"
        f"Name={_TITLE}\n"
        f"Exec={_escaped(line)}\n"
        f"TryExec={_escaped(argv[0])}\n"
        f"Icon={_NAME}\nTerminal=false\nX-GNOME-Autostart-enabled=true\n"
    )


def launch_agent(argv: Sequence[str], variables: Mapping[str, str]) -> bytes:
    """Of macOS. It is not kept alive: quitting is quitting."""
    told = {
        "Label": _NAME,
        "ProgramArguments": list(argv),
        "EnvironmentVariables": dict(variables),
        "RunAtLoad": True,
        "ProcessType": "Interactive",
    }
    import plistlib  # with its XML parser: not for a start

    return plistlib.dumps(told)


def is_entry_on(text: str) -> bool:
    """Of Linux: whether nobody has switched it off in the desktop's own settings."""
    said = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    told = {name.strip(): value.strip().lower() for name, value in said.items()}
    return told.get("Hidden") != "true" and told.get("X-GNOME-Autostart-enabled") != "false"


def _quoted(word: str) -> str:
    return '"' + word.replace("%", "%%").translate(_MARKED) + '"'


def _escaped(text: str) -> str:
    """As every value of such a file."""
    return text.replace("\\", "\\\\").replace("\n", "\\n")


if sys.platform == "win32":
    _RUN = r"Software\Microsoft\Windows\CurrentVersion\Run"
    _APPROVED = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run"

    def place(env: Mapping[str, str]) -> str:
        """Where the entry stands, for a person to look."""
        return rf"HKEY_CURRENT_USER\{_RUN}"

    def is_on(env: Mapping[str, str]) -> bool:
        """Raises OSError."""
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
                winreg.QueryValueEx(key, _TITLE)
        except FileNotFoundError:
            return False
        return not is_forbidden(env)

    def is_forbidden(env: Mapping[str, str]) -> bool:
        """Whether the person has switched it off with the system's own means. It stays so."""
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _APPROVED) as key:
                said, _ = winreg.QueryValueEx(key, _TITLE)
        except OSError:
            return False
        return isinstance(said, bytes) and bool(said[:1]) and said[0] % 2 == 1

    def put(env: Mapping[str, str], argv: Sequence[str], variables: Mapping[str, str]) -> None:
        """Raises OSError."""
        import subprocess
        import winreg

        if variables:
            named = " and ".join(variables)
            raise OSError(f"Windows starts programs without {named}, which this one was given")
        with winreg.CreateKey(winreg.HKEY_CURRENT_USER, _RUN) as key:
            line = subprocess.list2cmdline(argv)
            winreg.SetValueEx(key, _TITLE, 0, winreg.REG_SZ, line)

    def remove(env: Mapping[str, str]) -> None:
        """Once more does no harm. Raises OSError."""
        import winreg

        try:
            access = winreg.KEY_SET_VALUE
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _RUN, 0, access) as key:
                winreg.DeleteValue(key, _TITLE)
        except FileNotFoundError:
            return

elif sys.platform == "darwin":

    def _file(env: Mapping[str, str]) -> Path:
        home = Path(env.get("HOME") or Path.home())
        return home / "Library/LaunchAgents" / f"{_NAME}.plist"

    def _is_said_on(content: bytes) -> bool:
        import plistlib

        try:
            told = plistlib.loads(content)
        except Exception:  # noqa: BLE001 - whatever a spoilt file makes of the parsers
            return False
        return isinstance(told, dict) and not told.get("Disabled", False)

    _content = launch_agent

else:

    def _file(env: Mapping[str, str]) -> Path:
        kept = env.get("XDG_CONFIG_HOME", "")
        home = Path(env.get("HOME") or Path.home())
        config = Path(kept) if Path(kept).is_absolute() else home / ".config"
        return config / "autostart" / f"{_NAME}.desktop"

    def _is_said_on(content: bytes) -> bool:
        return is_entry_on(content.decode("utf-8", "replace"))

    def _content(argv: Sequence[str], variables: Mapping[str, str]) -> bytes:
        return desktop_entry(argv, variables).encode()


if sys.platform != "win32":

    def place(env: Mapping[str, str]) -> str:
        """Where the entry stands, for a person to look."""
        return str(_file(env))

    def is_on(env: Mapping[str, str]) -> bool:
        """Raises OSError."""
        try:
            found = _file(env).read_bytes()
        except FileNotFoundError:
            return False
        return _is_said_on(found)

    def is_forbidden(env: Mapping[str, str]) -> bool:
        """Whether the person has switched it off with the system's own means, and it stays so: here
        the entry itself says it, and is written anew."""
        return False

    def put(env: Mapping[str, str], argv: Sequence[str], variables: Mapping[str, str]) -> None:
        """Raises OSError."""
        path = _file(env)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.new")
        beside.write_bytes(_content(argv, variables))
        beside.replace(path)

    def remove(env: Mapping[str, str]) -> None:
        """Once more does no harm. Raises OSError."""
        _file(env).unlink(missing_ok=True)
