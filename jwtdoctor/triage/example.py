"""A group's first record made fit to be shown: diagnosed once more as it is redacted, so that nothing else can be told of it."""

from __future__ import annotations

from collections.abc import Sequence

from .. import sharing
from ..keys import Material
from ..report import Result, summary
from ..statement import TOLD
from ..visible import safe
from .summary import Shown
from .traits import Example


def shown(
    example: Example,
    file: str,
    *,
    certificates: Sequence[Material] = (),
    profile: str | None = None,
    key: bytes = b"",
    hosts: bool = False,
) -> Shown:
    """The example with look-alikes for what is personal; ``key`` decides which, ``hosts`` whether hosts are replaced too."""
    place = Shown(file, example.line, example.column, example.form, example.when)
    try:
        shared = sharing.shareable(
            example.text, key=key, hosts=hosts, certificates=tuple(certificates), endpoint=example.endpoint or None,
            error=example.answer or None, profile=profile, now=example.when, source=file, search=lambda tried: False,
        )  # fmt: skip
    except Exception:  # noqa: BLE001 - the counts are worth more than an example, and what cannot be redacted is not shown
        return place
    found = shared.report.results
    if example.subject == "code":
        found = tuple(each for each in found if each.sketch is not None and each.source.line == example.line)
    if not found:
        return place
    # The signature was checked in this very run, and only its statement is handed on.
    result = found[0]._replace(signature=found[0].signature._replace(stated=example.stated))
    return _told(place, result, "" if example.subject == "code" else shared.text)


def _told(place: Shown, result: Result, text: str) -> Shown:
    first = result.diagnosis.causes[0] if result.diagnosis.causes else None
    sentence = summary(result)
    if not result.signature.stated:
        sentence = sentence.replace(f" ({TOLD})", "")
    told = place._replace(text=text, said=safe(result.said), summary=sentence)
    if first is None:
        return told
    # A rule that could not be asked has no question of its own, only the reason.
    ask = first.ask if first.examined or not first.ask.startswith("not examined") else ""
    return told._replace(help=first.help, ask=ask, look=first.look)
