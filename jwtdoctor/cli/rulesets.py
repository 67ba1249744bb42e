"""``--rules``: rules of one's own beside ours, for as long as a command runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .failure import Failure, complain


@contextlib.contextmanager
def in_force(words: Sequence[str], *, tells: bool = True) -> Iterator[None]:
    """Within it the rules of these folders and packages hold as well; without any ``words`` nothing is looked for.

    A package's plug-in that cannot be used, and that these rules can do without, is told on standard error if this ``tells``.

    Raises Failure for an empty word, and CatalogError, with file and line, for what cannot be used.
    """
    if not words:
        yield
        return
    if not all(each.strip() for each in words):
        raise Failure(
            "--rules: an empty name; accepted: a folder laid out like rules/, or the name of an installed package's rules"
        )
    from .. import catalog, plugins

    known = plugins.rules_from(*words)
    for each in plugins.unusable() if tells else ():
        complain(str(each))
    with catalog.in_force(known):
        yield


def rule_files(words: Iterable[str]) -> list[str]:
    """The files of those ``words`` that name a folder: they are read, and so are not to be written over."""
    return [str(path) for word in words for path in Path(word).rglob("*.toml")]
