"""What contains runs on this computer, joined: for the gateway and for `llmgw doctor`."""

import sys
from collections.abc import Mapping

from llmgw_desktop.engine.containment.bubblewrap import Bubblewrap
from llmgw_desktop.engine.containment.containment import Containment, NoContainment
from llmgw_desktop.engine.containment.own_ground import OwnGround
from llmgw_desktop.engine.jobs.enclosure import Enclosure
from llmgw_desktop.engine.jobs.folder import neutral_root
from llmgw_desktop.store.paths import Places


def containment_here(env: Mapping[str, str]) -> Containment:
    """macOS and Windows have ways of their own, which we do not know yet."""
    return Bubblewrap(env) if sys.platform == "linux" else NoContainment()


def enclosure_of(places: Places, env: Mapping[str, str]) -> Enclosure:
    ground = OwnGround(places.folders, places.worktrees_folder, neutral_root())
    return Enclosure(env, ground, containment_here(env))
