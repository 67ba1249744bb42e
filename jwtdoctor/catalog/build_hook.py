"""Compile the catalogue when the package is built, so that a start does not parse a hundred TOML files."""

from __future__ import annotations

import compileall
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogBuildHook(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    """Reads ``rules/``, refuses to build on an error in them, and writes ``jwtdoctor/_catalog.json``."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before files are collected."""
        if self.target_name != "wheel":
            return
        sys.path.insert(0, self.root)
        try:
            from jwtdoctor.catalog.compiler import compile_to

            compile_to(Path(self.root, "rules"), Path(self.root, "jwtdoctor", "_catalog.json"), stamped=version == "editable")
            if version == "editable":
                # Where Python is told not to write bytecode, an editable install would compile itself at every start.
                compileall.compile_dir(Path(self.root, "jwtdoctor"), quiet=2)
        finally:
            sys.path.remove(self.root)
