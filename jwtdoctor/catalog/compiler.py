"""Write the checked catalogue as one JSON file."""

from __future__ import annotations

import json
from pathlib import Path

from .source import read


def compile_to(folder: Path, target: Path) -> None:
    """Read and check ``folder``; write ``target`` whole or not at all."""
    text = json.dumps(read(folder), ensure_ascii=True, separators=(",", ":"), sort_keys=False)
    aside = target.with_suffix(".tmp")
    aside.write_text(text + "\n", encoding="ascii")
    aside.replace(target)
