import tomllib
from pathlib import Path

from llmgw_desktop.domain import mcp_presentation
from llmgw_desktop.engine.mcp.tool import Profile

PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_version_is_the_programs() -> None:
    told = tomllib.loads(PROJECT.read_text())["project"]["version"]
    assert told == mcp_presentation.VERSION


def test_the_profiles_are_those_of_the_tools() -> None:
    assert tuple(Profile) == mcp_presentation.PROFILES
