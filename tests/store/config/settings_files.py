"""Settings files as texts, for tests."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings.whole import LoadedSettings
from llmgw_desktop.store.settings.reader import load_settings


def load(file: Path, text: str, env: Mapping[str, str] | None = None) -> LoadedSettings:
    file.write_text(text, encoding="utf-8")
    return load_settings(file, env or {})


def refused(file: Path, text: str, env: Mapping[str, str] | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as error:
        load(file, text, env)
    return error.value
