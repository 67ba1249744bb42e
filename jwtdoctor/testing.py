"""For test-suites of programs that sign assertions: what they sign must be acceptable.

>>> import base64, json
>>> def part(members):
...     return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")
>>> def assertion(exp):
...     claims = {"iss": "3MVG9" + "a" * 80, "sub": "me@acme.example", "aud": "https://login.salesforce.com", "exp": exp}
...     return f"{part({'alg': 'RS256'})}.{part(claims)}.{'A' * 342}"

Here the program is given its time, and the test the same one:

>>> now = 1795435200
>>> assert_acceptable(assertion(now + 180), now=now)

What would get it refused is the message of the failure:

>>> assert_acceptable(assertion(now - 3600), now=now)
Traceback (most recent call last):
AssertionError: the assertion would be refused (rules of Salesforce OAuth 2.0 JWT bearer flow):
  error exp-past at payload.exp: `exp` lies 1 h ago
    seen: 2026-11-23 11:00:00Z
    help: sign a new assertion for each request, with `exp` = now + 180

With ``certificates=[…]`` the signature counts as well. A rule that may fire is named, by its own name:

>>> assert_acceptable(assertion(now - 3600), now=now, allow=["exp-past"])
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from .catalog import load
from .library import diagnose
from .render import outline

if TYPE_CHECKING:
    from datetime import datetime

    from .keys import Material
    from .model import Finding
    from .report import Result

__all__ = ["assert_acceptable"]


def assert_acceptable(
    text: str,
    *,
    now: int | float | datetime,
    certificates: Iterable[str | bytes | Material] = (),
    endpoint: str | None = None,
    profile: str | None = None,
    app: str | None = None,
    allow: Collection[str] = (),
) -> None:
    """Raise AssertionError when something is found that would, or may, get an assertion in ``text`` refused.

    ``now`` is the moment of judgement (epoch seconds or an aware datetime), which should be the one the assertion was made at: no clock
    is read here, so that a test that passes today passes tomorrow. ``certificates`` are contents of certificate files; without any the
    signature is not examined, and that is no failure. ``endpoint``, ``profile`` and ``app`` are as for :func:`jwtdoctor.diagnose`.
    ``allow`` names rules that may find something. What the provider is known to let pass is no failure.

    Raises ValueError for a name in ``allow`` that no rule has, and what :func:`jwtdoctor.diagnose` raises.
    """
    __tracebackhide__ = True
    if not isinstance(text, str):
        raise TypeError(f"the text is of type {type(text).__name__}; accepted: str")
    if isinstance(now, str | bytes) or now is None:
        raise TypeError("`now` is the moment of judgement: epoch seconds, or an aware datetime")
    _refuse_unknown(allow)
    given = tuple(certificates) if not isinstance(certificates, str | bytes | bytearray) else certificates
    if any(isinstance(each, str) and re.fullmatch(r"[^\s{]{1,300}\.\w{2,4}", each) for each in given):
        raise ValueError(
            "`certificates` holds what looks like the name of a file: give the file's content, such as Path(…).read_bytes()"
        )
    report = diagnose(text, certificates=given, endpoint=endpoint, profile=profile, now=now, app=app, source="the text")
    examined = [each for each in report.results if each.kind is not None]
    if not examined:
        raise AssertionError("there is no assertion in the text: it holds nothing that looks like header.claims.signature")
    told = [line for each in examined for line in _complaint(each, bool(given), frozenset(allow), len(examined) > 1)]
    if told:
        raise AssertionError("\n".join(told))


def _refuse_unknown(allow: Collection[str]) -> None:
    if isinstance(allow, str):
        raise TypeError("`allow` is a list of rule names: write allow=[…]")
    known = load().rules
    unknown = next((each for each in allow if each not in known), None)
    if unknown is not None:
        raise ValueError(f"`allow` names {unknown!r}, and there is no such rule (`jwtdoctor rules` lists them)")


def _complaint(result: Result, verified: bool, allow: frozenset[str], several: bool) -> Iterator[str]:
    """The lines of a failure; none when the assertion is good."""
    found = [each for each in result.findings if each.rule not in allow and _counts(each)]
    signature = "" if not verified else _signature(result, allow)
    if not found and not signature:
        return
    may = "would" if any(each.effect == "refuses" for each in found) else "may"
    which = f" in line {result.source.line}" if several else ""
    yield f"the assertion{which} {may} be refused (rules of {result.profile.title}):"
    for each in outline.ordered(result):
        if each in found:
            yield f"  {each.severity} {each.rule} at {each.at}: {each.message}"
            yield from (f"    {what}: {words}" for what, words in (("seen", each.label), ("help", each.help)) if words)
    if signature and not any(each.at.exhibit == "signature" for each in found):
        yield f"  {signature}"


def _counts(finding: Finding) -> bool:
    """As the verdict counts: by what the provider does about it, and never because of a mere hint."""
    return finding.confidence != "hint" and finding.effect != "tolerates"


def _signature(result: Result, allow: frozenset[str]) -> str:
    """What is to be said of the signature when it was to be examined; empty when it is valid, or its fault is allowed."""
    status, reason = result.signature.status, result.signature.reason
    if status == "valid" or (reason is not None and reason in allow):
        return ""
    return f"signature: {outline.signature_line(result)}"
