"""One running gateway, and an upstream of each kind, for the whole matrix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.talks.cells import Cell, all_cells
from tests.support.talks.matrix import Matrix, open_matrix
from tests.support.talks.upstreams import UPSTREAMS


@pytest.fixture(scope="package")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with open_matrix(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


@pytest.fixture(params=all_cells())
def cell(request: pytest.FixtureRequest, matrix: Matrix) -> Cell:
    client, upstream, direct = request.param
    return Cell(
        client=client,
        upstream=UPSTREAMS[upstream],
        direct=direct,
        lane=matrix.fresh_lane(upstream),
        matrix=matrix,
    )
