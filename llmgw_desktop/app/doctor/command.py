"""`llmgw doctor`: what is installed, signed in, reachable and listening, and what to do about each
fault. It changes nothing and starts no gateway."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from llmgw_desktop.app.doctor.clis import look_at_clis
from llmgw_desktop.app.doctor.computer import look_at_computer
from llmgw_desktop.app.doctor.gateway import look_at_gateway
from llmgw_desktop.app.doctor.providers import look_at_providers
from llmgw_desktop.app.doctor.report import Report, Section
from llmgw_desktop.app.doctor.state import look_at_recorder, look_at_settings, look_at_vault
from llmgw_desktop.store.paths import Places


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0 where the gateway can serve, else 1."""
    logging.getLogger("llmgw_desktop").addHandler(logging.NullHandler())  # all is in the report
    report = examine(places, env, online=arguments.online)
    if arguments.json:
        json.dump(report.document(), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        sys.stdout.write(report.text())
    return 0 if report.can_serve else 1


def examine(places: Places, env: Mapping[str, str], *, online: bool = False) -> Report:
    """All at once: most of it waits for other programs."""
    settings_section, loaded = look_at_settings(places, env)
    settings = loaded.settings if loaded is not None else None
    looks: list[Callable[[], Section]] = [
        lambda: look_at_computer(env),
        lambda: settings_section,
        lambda: look_at_vault(places, env),
        lambda: look_at_gateway(places, env, settings.http if settings else None),
    ]
    if settings is not None:
        looks += [
            lambda: look_at_providers(places, env, settings, online=online),
            lambda: look_at_clis(env, settings),
            lambda: look_at_recorder(places, settings),
        ]
    with ThreadPoolExecutor(len(looks)) as pool:
        return Report(sections=tuple(pool.map(lambda look: look(), looks)))
