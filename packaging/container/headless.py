"""What the gateway needs without windows, as pip reads it: pyproject.toml's list without Qt.

python headless.py >requirements.txt; then pip install -r requirements.txt, and --no-deps .
"""

import re
import tomllib
from pathlib import Path

OF_WINDOWS = ("PySide6-Essentials", "pyqtgraph", "qasync")
_PYPROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def requirements() -> list[str]:
    asked: list[str] = tomllib.loads(_PYPROJECT.read_text("utf-8"))["project"]["dependencies"]
    return [each for each in asked if _name(each) not in OF_WINDOWS]


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]


if __name__ == "__main__":
    print(*requirements(), sep="\n")
