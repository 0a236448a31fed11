"""`llmgw doctor`: what is installed, signed in, reachable and listening, and what to do about each
fault. It changes nothing and starts no gateway."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from llmgw_desktop.app.doctor.machine import look_at_computer, look_at_gateway
from llmgw_desktop.app.doctor.report import Report, ReportSection
from llmgw_desktop.app.doctor.state import look_at_recorder, look_at_settings, look_at_vault
from llmgw_desktop.app.doctor.upstreams import (
    look_at_clis,
    look_at_pins,
    look_at_providers,
    look_at_targets,
)
from llmgw_desktop.app.gateway.standing import standing
from llmgw_desktop.store.paths import Places

_PATIENCE_S = 5.0


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """0 where the gateway can serve, else 1."""
    if arguments.secrets:
        # another look altogether: only it reads all that lies on disk
        from llmgw_desktop.app.doctor.secrets import run as look_for_secrets

        return look_for_secrets(arguments, places, env)
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
    stands = standing(places, env, within_s=_PATIENCE_S)
    looks: list[Callable[[], ReportSection]] = [
        lambda: look_at_computer(env),
        lambda: settings_section,
        lambda: look_at_vault(places, stands),
        lambda: look_at_gateway(places, env, settings.http if settings else None),
    ]
    if settings is not None:
        looks += [
            lambda: look_at_providers(places, env, settings, online=online),
            lambda: look_at_clis(places, env, settings),
            lambda: look_at_recorder(places, settings, stands),
        ]
    with ThreadPoolExecutor(len(looks)) as pool:
        sections = tuple(pool.map(lambda look: look(), looks))
    targets = () if settings is None else look_at_targets(places, env, settings)
    pins = () if settings is None else look_at_pins(places, env)
    return Report(sections=(*sections, *pins, *targets))
