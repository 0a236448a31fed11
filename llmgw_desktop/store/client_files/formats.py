"""The formats of programs' settings, by the names that records keep."""

from collections.abc import Mapping

from llmgw_desktop.store.client_files.env_text import ENV
from llmgw_desktop.store.client_files.json_text import JSON
from llmgw_desktop.store.client_files.marks import TextFormat
from llmgw_desktop.store.client_files.toml_text import TOML

FORMATS: Mapping[str, TextFormat] = {each.name: each for each in (ENV, JSON, TOML)}
