"""What does ``jwtdoctor.toml`` say? Text in, frozen environments with their spans out; no file is read here."""

from __future__ import annotations

from .environment import Environment

__all__ = ["Environment"]
