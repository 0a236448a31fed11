"""One running gateway, and an upstream of each kind, for the whole matrix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.talks.matrix import Matrix, open_matrix


@pytest.fixture(scope="package")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with open_matrix(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened
