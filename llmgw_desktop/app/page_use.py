"""The use cases that pages alone need: made with the first of them, so that no start reads them
in."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmgw_desktop.app.cli_providers import CliProviders
    from llmgw_desktop.app.client_desk.desk import ClientDesk
    from llmgw_desktop.app.compare import Compare
    from llmgw_desktop.app.connect.clients import Clients
    from llmgw_desktop.app.oversight import Oversight
    from llmgw_desktop.app.page_assembly import Pages
    from llmgw_desktop.app.providers import Providers


class PageUse(ABC):
    """From any thread."""

    @property
    @abstractmethod
    def _pages(self) -> "Pages": ...

    @property
    def providers(self) -> "Providers":
        return self._pages.providers

    @property
    def cli_providers(self) -> "CliProviders":
        return self._pages.cli_providers

    @property
    def clients(self) -> "Clients":
        return self._pages.clients

    @property
    def client_desk(self) -> "ClientDesk":
        return self._pages.client_desk

    @property
    def compare(self) -> "Compare":
        return self._pages.compare

    @property
    def oversight(self) -> "Oversight":
        return self._pages.oversight
