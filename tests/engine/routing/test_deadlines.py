"""How long clients say that they wait."""

import pytest
from multidict import CIMultiDict

from llmgw_desktop.engine.routing.attempt import client_patience_s


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-stainless-timeout": "600"}, 600),
        ({"X-Stainless-Read-Timeout": "59.5"}, 59.5),
        ({"x-server-timeout": "30"}, 30),
        ({"grpc-timeout": "30S"}, 30),
        ({"grpc-timeout": "500m"}, 0.5),
        ({"grpc-timeout": "2M"}, 120),
        ({"grpc-timeout": "1H", "x-stainless-timeout": "10"}, 10),
        ({}, None),
        ({"x-stainless-timeout": "NOT_GIVEN"}, None),
        ({"x-stainless-timeout": "-1"}, None),
        ({"x-stainless-timeout": "0"}, None),
        ({"x-stainless-timeout": "inf"}, None),
        ({"grpc-timeout": "S"}, None),
        ({"grpc-timeout": "123456789S"}, None),
        ({"grpc-timeout": "5x"}, None),
    ],
)
def test_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert client_patience_s(CIMultiDict(headers)) == seconds
