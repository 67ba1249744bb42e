"""What does this project's Salesforce metadata say about the app, its key and who may use it? XML in, frozen values out; no file is read here.

``xml`` parses one file, ``written`` finds its values with their places, ``apps`` and ``credentials`` know what they mean, ``reading`` puts
a project together, ``choosing`` tells which app an environment signs in with and what of a project goes to which examination.
"""

from __future__ import annotations

from .choosing import Held, Sketched, certificates, meant_for, of_app_only, sketches
from .project import App, Companion, Project, RemoteSite, Source, StoredCertificate, Text, Unread
from .reading import read, wanted

__all__ = [
    "App",
    "Companion",
    "Held",
    "Project",
    "RemoteSite",
    "Sketched",
    "Source",
    "StoredCertificate",
    "Text",
    "Unread",
    "certificates",
    "meant_for",
    "of_app_only",
    "read",
    "sketches",
    "wanted",
]
