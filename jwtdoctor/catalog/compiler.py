"""Write the checked catalogue as one JSON file."""

from __future__ import annotations

import json
from pathlib import Path

from . import stamp
from .source import read


def compile_to(folder: Path, target: Path, *, stamped: bool = False) -> None:
    """Read and check ``folder``; write ``target`` whole or not at all, and with ``stamped`` what it was made from."""
    text = json.dumps(read(folder), ensure_ascii=True, separators=(",", ":"), sort_keys=False)
    aside = target.with_suffix(".tmp")
    aside.write_text(text + "\n", encoding="ascii")
    aside.replace(target)
    if stamped:
        target.with_suffix(".stamp").write_text(json.dumps(stamp(folder)), encoding="utf-8")
