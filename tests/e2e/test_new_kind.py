"""A new kind of provider is one value in one registry: who asks for its models, reads its settings
or looks at it on a page meets it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import llmgw_desktop
from tests.support.gateway import GatewaySetup, running_gateway
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

_MEMBER = '    OPENAI_COMPATIBLE = "openai-compatible"\n'
_VALUE = "    ProviderKind.OPENAI_COMPATIBLE: KindFacts(\n"
_KIND = """    ProviderKind.TULIP: KindFacts(
        title="Tulip Cloud",
        protocols=(ModelProtocol.OPENAI_CHAT,),
        base_url="https://api.tulip.example/v1",
        variables=("TULIP_API_KEY",),
        models=r"tulip-",
        price_list="groq",
        tells_usage_unasked=True,
    ),
"""
_LOOKS = """
import json
from pathlib import Path
from llmgw_desktop.app.providers.accounts import default_form
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.engine.flights.pricing import vendor_of
from llmgw_desktop.store.settings.reader import load_settings
from llmgw_desktop.ui.providers.provider_dialog import _KINDS

file = Path("own.toml")
file.write_text('[providers.own]\\nkind = "tulip"\\napi_key_env = "TULIP_API_KEY"\\n')
(own,) = load_settings(file, {"TULIP_API_KEY": "tk-1"}).settings.providers
form = default_form(ProviderKind("tulip"), {"TULIP_API_KEY": "tk-1"}, ())
told = [own.base_url, own.spoken[0], vendor_of(own), form.api_key_env, dict(_KINDS)["tulip"]]
print(json.dumps(told))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The product with one more kind, as a person adds it."""
    real, house = Path(llmgw_desktop.__file__).parent, tmp_path / "house"
    shutil.copytree(real, house / real.name)
    (house / "resources").symlink_to(real.parent / "resources")
    file = house / real.name / "domain" / "provider.py"
    text = file.read_text()
    assert text.count(_MEMBER) == text.count(_VALUE) == 1
    text = text.replace(_MEMBER, f'    TULIP = "tulip"\n{_MEMBER}')
    file.write_text(text.replace(_VALUE, f"{_KIND}{_VALUE}"))
    return house


def test_it_is_asked_for_its_own_models(house: Path, upstream: Upstream, tmp_path: Path) -> None:
    lane = upstream.lane("flowers")
    lane.key = "tk-1"
    setup = GatewaySetup(
        home=tmp_path / "home",
        toml=f'[providers.flowers]\nkind = "tulip"\nbase_url = "{lane.base_url}"\nlocal = true\n'
        'api_key_env = "TULIP_API_KEY"\n',
        environment={"PYTHONPATH": str(house), "TULIP_API_KEY": lane.key},
    )
    with running_gateway(setup) as gateway:
        messages = [{"role": "user", "content": "Hi"}]
        body = {"model": "tulip-large", "messages": messages, "stream": True}
        headers = {
            "Authorization": f"Bearer {gateway.access_key()}",
            "Content-Type": "application/json",
        }
        url = f"{gateway.url}/v1/chat/completions"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.headers["x-llmgw-provider"] == "flowers"
            assert b"[DONE]" in answer.read()
    sent = json.loads(lane.requests[-1].body)
    assert sent["model"] == "tulip-large"
    assert "stream_options" not in sent, "its clients expect the usage unasked"
    assert "Tulip Cloud" in setup.command("doctor").stdout
    wrong = setup.config_file.read_text().replace('"tulip"', '"rose"')
    setup.config_file.write_text(wrong)
    assert "tulip" in setup.command("doctor").stdout


def test_settings_prices_and_windows_know_it(house: Path, tmp_path: Path) -> None:
    environment = GatewaySetup(home=tmp_path / "home").child_environment()
    found = subprocess.run(
        [sys.executable, "-c", _LOOKS],
        cwd=tmp_path,
        env={**environment, "PYTHONPATH": str(house), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(found.stdout) == [
        "https://api.tulip.example/v1",
        "openai-chat",
        "groq",
        "TULIP_API_KEY",
        "Tulip Cloud",
    ]
