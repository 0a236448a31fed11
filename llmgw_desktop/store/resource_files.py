"""Where the shipped icons, fonts and tables lie, installed or run from a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_path(name: str) -> Path:
    """The file `name` ("icons/flights.svg") of the resources folder."""
    installed = _PACKAGE / "_resources"
    folder = installed if installed.is_dir() else _PACKAGE.parent / "resources"
    return folder / name
