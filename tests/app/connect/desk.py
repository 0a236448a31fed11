"""A person's computer with programs' settings in its HOME, and a gateway that sets them up."""

from __future__ import annotations

import os
from pathlib import Path

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.connect.clients import ProgramStanding, standing_of
from llmgw_desktop.app.connect.connector import Connector, ConnectOutcome, Wanted
from llmgw_desktop.app.connect.program_keys import GatewayAddress, ProgramKeys
from llmgw_desktop.app.connect.programs import PROGRAMS, Ground, Program
from llmgw_desktop.domain.access.principal import Client
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.client_files.connections import Connections


class Desk:
    """Everything below one folder."""

    def __init__(self, folder: Path, platform: str = "linux", **env: str) -> None:
        self.home = folder / "person"
        self.home.mkdir(parents=True)
        self.data = folder / "data"
        self.data.mkdir()
        self.url = "http://127.0.0.1:3333"
        clock = SystemClock()
        self.store = ClientStore(self.data / "gateway.db", clock)
        self.keys = ClientKeys(self.store, clock, TimedIds(clock))
        env = {"HOME": str(self.home), "PATH": str(folder / "bin"), **env}
        self.connector = Connector(
            Connections(self.data / "connections"),
            ProgramKeys(self.keys),
            address=lambda: GatewayAddress(base=self.url, mcp=f"{self.url}/mcp"),
            clock=clock,
            env=env,
            ground=Ground(env=env, platform=platform),
        )

    def file(self, name: str) -> Path:
        return self.program(name).file(self.connector.ground)

    def program(self, name: str) -> Program:
        return PROGRAMS[name]

    def write(self, name: str, raw: bytes) -> Path:
        path = self.file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        return path

    def set_up(self, name: str, wanted: Wanted = Wanted()) -> ConnectOutcome:  # noqa: B008 - frozen
        return self.connector.set_up(self.connector.plan(name, wanted))

    def undo(self, name: str) -> ConnectOutcome:
        return self.connector.undo(self.connector.plan_undo(name))

    def standing(self, name: str) -> ProgramStanding:
        return standing_of(self.connector, self.program(name))

    def active(self) -> list[Client]:
        return list(self.keys.active())

    def files(self) -> dict[str, bytes | None]:
        """Everything in HOME: files with their bytes, folders with None."""
        found: dict[str, bytes | None] = {}
        for folder, folders, files in os.walk(self.home):
            here = Path(folder)
            found |= {str(here / name): None for name in folders}
            found |= {str(here / name): (here / name).read_bytes() for name in files}
        return found

    def close(self) -> None:
        self.store.close()
