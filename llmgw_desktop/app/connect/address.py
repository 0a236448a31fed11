"""Where other programs find the gateway, whether it runs now or not."""

from collections.abc import Mapping
from dataclasses import dataclass

from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.settings import HttpSettings
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings import load_settings
from llmgw_desktop.store.tls_files import base_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`base` is for model requests, `mcp` for tools."""

    base: str
    """`http://127.0.0.1:3333`."""
    mcp: str


def address_of(http: HttpSettings, file: str) -> Address:
    """Raises ConfigError: a program cannot follow a port that changes."""
    if not http.port:
        raise ConfigError(
            "0 takes another port at every start, and programs that are set up would not find it;"
            " set a fixed one, such as 3333",
            file=file,
            key="http.port",
        )
    base = base_url(http, http.port)
    return Address(base=base, mcp=f"{base}{http.path}")


def address_in_settings(places: Places, env: Mapping[str, str]) -> Address:
    """By the settings as they stand in the file. Raises ConfigError."""
    return address_of(load_settings(places.config_file, env).settings.http, str(places.config_file))
