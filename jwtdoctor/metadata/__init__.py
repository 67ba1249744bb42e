"""What does this project's Salesforce metadata say about the app, its key and who may use it? XML in, frozen values out; no file is read here."""

from __future__ import annotations

from .project import Project

__all__ = ["Project"]
