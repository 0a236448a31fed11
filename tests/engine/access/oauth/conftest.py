from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.oauth_scene import OauthScene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[OauthScene]:
    scene = OauthScene(tmp_path)
    yield scene
    scene.close()
