"""A client with little patience."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.upstream.http_client import HttpClient


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    patience = UpstreamSettings(connect_timeout_s=5, first_byte_timeout_s=0.4, idle_timeout_s=0.4)
    http = HttpClient(patience)
    yield http
    await http.close()
