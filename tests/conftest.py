"""Fixtures for all tests: throwaway key material, the catalogue, and the folder shared with other projects."""

from __future__ import annotations

from pathlib import Path

import minting
import pytest

from jwtdoctor.catalog import Catalog, build
from jwtdoctor.catalog.source import read

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "rules"
SHARED = ROOT.parent / "shared"


LONG = (
    "test_fuzz",
    "test_whosigned",
    "test_pipeline",
    "test_triage",
    "test_keys_command",
    "test_signature_matrix",
    "test_wheel",
    "test_fix",
    "test_page",
)
"""Files that take longest, or hold single tests that do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, so that with several processes the short ones fill up what is left."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalogue as its sources say it, never from a compiled file."""
    return build(read(RULES))


@pytest.fixture(scope="session")
def matching_certificate() -> bytes:
    """The certificate of the key that signs by default, PEM."""
    return minting.certificate("match")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of facts, vocabulary and vectors beside the repository; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared (facts, vocabulary, vectors) is not beside this checkout")
    return SHARED
