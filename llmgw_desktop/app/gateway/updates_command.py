"""`llmgw update --check`: whether there is a newer version. It changes nothing."""

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict

from llmgw_desktop.app.gateway.updates import look_for_update, update_words
from llmgw_desktop.app.words.inert_text import inert
from llmgw_desktop.store.paths import Places
from llmgw_desktop.store.settings.reader import load_settings


def run(arguments: argparse.Namespace, places: Places, env: Mapping[str, str]) -> int:
    """Raises ConfigError, UpdateProblem."""
    news = look_for_update(load_settings(places.config_file, env).settings.updates)
    if arguments.json:
        print(json.dumps({**asdict(news), "is_newer": news.is_newer}, indent=2))
        return 0
    print(update_words(news))
    if news.is_newer and news.notes:
        print(f"\n{inert(news.notes)}")
    return 0
