"""The portable archive as one file that unpacks itself: `linux/one_file.sh` with it behind."""

import hashlib
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1] / "linux"
_HEAD_BYTES = 8192
"""Filled up, so that the text can say where the archive begins."""


def write_one_file(archive: Path, made: Path, version: str) -> Path:
    """`archive` holds one folder, which is called as it is."""
    payload = archive.read_bytes()
    name, _, squeezed = archive.name.partition(".tar.")
    digest = hashlib.sha256(payload).hexdigest()
    entry = (_HERE / "llmgw-desktop.desktop").read_text("utf-8").splitlines()
    facts = {
        "VERSION": version,
        "NAME": name,
        "SUM": digest,
        "SHORT": digest[:8],
        "SIZE": str(_HEAD_BYTES + len(payload)),
        "START": str(_HEAD_BYTES + 1),
        "SQUEEZE": {"xz": "xz", "gz": "gzip"}[squeezed],
        "ENTRY": "\n".join(each for each in entry if not each.startswith("Exec=")),
    }
    text = (_HERE / "one_file.sh").read_text("utf-8")
    for word, said in facts.items():
        text = text.replace(f"@{word}@", said)
    head = text.encode()
    if len(head) > _HEAD_BYTES:
        raise ValueError(f"the head of {made.name} has {len(head)} bytes, at most {_HEAD_BYTES}")
    made.write_bytes(head.ljust(_HEAD_BYTES, b"\n") + payload)
    made.chmod(0o755)
    return made
