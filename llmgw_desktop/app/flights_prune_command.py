"""`llmgw flights prune`: what a leap of the clock makes old goes only when a person says so."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.own_command import own_command
from llmgw_desktop.domain.audit import Act
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import HeldDeletion
from llmgw_desktop.domain.settings import RecorderSettings
from llmgw_desktop.store.audit_store import AuditStore
from llmgw_desktop.store.database import open_database, told
from llmgw_desktop.store.flights.known_time import KnownTime
from llmgw_desktop.store.flights.retention import Retention
from llmgw_desktop.store.flights_steps import FLIGHTS_STEPS
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings import load_settings


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """A gateway that runs takes it over by itself. Raises ConfigError, StoreError."""
    settings = load_settings(places.config_file, env).settings.recorder
    if not places.flights_db.exists():
        print("No flights are recorded.")
        return 0
    bound = counted(settings.retention_days, "day")
    held = _prune(places, settings, is_agreed=arguments.yes)
    if held is None:
        print(f"No flight waits: none is held that is older than {bound}.")
        return 0
    flights, days = counted(held.flights, "flight"), counted(held.days, "day")
    ahead = counted(held.ahead_days, "day")
    if not arguments.yes:
        print(
            f"The clock is {ahead} ahead of the last time that is known. "
            f"{flights} would be older than {days}. If the date is right, delete with: "
            f"{own_command('flights', 'prune', '--yes')}",
            file=sys.stderr,
        )
        return 1
    with closing(AuditStore(places.gateway_db, SystemClock())) as store:
        store.note(Act(verb="flights.given_up", subject="flights"))
    print(f"{flights} older than {days} deleted.")
    return 0


def _prune(places: Places, settings: RecorderSettings, *, is_agreed: bool) -> HeldDeletion | None:
    clock = SystemClock()
    path = places.flights_db
    with closing(open_database(path, FLIGHTS_STEPS)) as connection, told(path):
        known_time = KnownTime(connection, clock)
        known_time.look(settings.retention_days, is_asked=True)
        held = known_time.held
        if held is not None and is_agreed:
            known_time.agree()
            retention = Retention(connection)
            while retention.step(known_time.look(settings.retention_days), settings):
                pass
    return held
