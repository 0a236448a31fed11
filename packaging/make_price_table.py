"""Makes `resources/prices.json` from the price list that the `litellm` package carries.

    pip download --no-deps litellm && unzip litellm-*.whl 'litellm/model_prices*'
    python packaging/make_price_table.py LIST.json VERSION DATE

The list collects the vendors' public prices; only the figures are taken. A list that lost half of
the models of the table it would replace is refused: that is a broken file, not news.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "resources" / "prices.json"
VENDORS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "gemini": "google",
    "groq": "groq",
    "mistral": "mistral",
    "xai": "xai",
    "deepseek": "deepseek",
}
MODES = frozenset({"chat", "responses", "completion", "embedding"})
FIELDS = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
}
_TIER = re.compile(r"input_cost_per_token_above_(\d+)k_tokens")
PAGES = {
    "anthropic": "https://platform.claude.com/docs/en/about-claude/pricing",
    "openai": "https://platform.openai.com/docs/pricing",
    "google": "https://ai.google.dev/gemini-api/docs/pricing",
    "groq": "https://groq.com/pricing",
    "mistral": "https://mistral.ai/pricing",
    "xai": "https://docs.x.ai/docs/models",
    "deepseek": "https://api-docs.deepseek.com/quick_start/pricing",
}


def table_of(prices: dict[str, dict[str, Any]], version: str, date: str) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {vendor: {} for vendor in PAGES}
    for name, entry in sorted(prices.items()):
        vendor = VENDORS.get(entry.get("litellm_provider", ""))
        if vendor is None or entry.get("mode") not in MODES or name.startswith("ft:"):
            continue
        model = name.removeprefix(f"{entry['litellm_provider']}/")
        rates = _rates(entry, "")
        if {"input", "output"} <= rates.keys():
            found[vendor].setdefault(model, rates | _tiers(entry))
    return {
        "date": date,
        "unit": "US dollars per million tokens",
        "collected_by": f"litellm {version}",
        "pages": PAGES,
        "prices": found,
    }


def _rates(entry: dict[str, Any], suffix: str) -> dict[str, float]:
    return {
        ours: round(float(entry[f"{theirs}{suffix}"]) * 1e6, 6)
        for ours, theirs in FIELDS.items()
        if entry.get(f"{theirs}{suffix}") is not None
    }


def _tiers(entry: dict[str, Any]) -> dict[str, Any]:
    """Prices of requests with more input tokens than the tier's own number."""
    thousands = sorted(int(match[1]) for key in entry if (match := _TIER.fullmatch(key)))
    tiers = [
        {"above_tokens": each * 1000, **_rates(entry, f"_above_{each}k_tokens")}
        for each in thousands
    ]
    return {"tiers": tiers} if tiers else {}


def main() -> None:
    path, version, date = sys.argv[1:]
    table = table_of(json.loads(Path(path).read_text("utf-8")), version, date)
    for vendor, models in table["prices"].items():
        before = json.loads(TABLE.read_text("utf-8"))["prices"] if TABLE.exists() else {}
        if len(models) * 2 < len(before.get(vendor, {})):
            sys.exit(f"{vendor} has lost more than half of its models; nothing was written.")
    head = {key: value for key, value in table.items() if key != "prices"}
    lines = ",\n".join(
        f'  "{vendor}": {{\n'
        + ",\n".join(f"   {json.dumps(name)}: {json.dumps(row)}" for name, row in models.items())
        + "\n  }"
        for vendor, models in table["prices"].items()
    )
    TABLE.write_text(f'{json.dumps(head, indent=1)[:-2]},\n "prices": {{\n{lines}\n }}\n}}\n')


if __name__ == "__main__":
    main()
