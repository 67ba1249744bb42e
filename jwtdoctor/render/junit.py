"""JUnit XML for build servers: a suite for each source, a test for each result; what must be changed is a failure."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from .. import suppression
from ..report import Report, Result
from ..visible import safe
from . import Look, outline, plain

_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 §2.2 does not let in, not even as a reference."""
_WIDTH = 100


def render(report: Report, look: Look) -> str:
    """One document, whatever the number of sources."""
    root = Element("testsuites", name="jwtdoctor")
    by_source: dict[str, list[Result]] = {}
    for result in report.results:
        by_source.setdefault(result.source.name, []).append(result)
    for name, results in by_source.items():
        suite = SubElement(root, "testsuite", {"name": _legal(safe(name)), **_counts(results)})
        for result in results:
            _case(suite, result, report)
    for name, count in _counts(list(report.results)).items():
        root.set(name, count)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _counts(results: list[Result]) -> dict[str, str]:
    failed = sum(_fails(each) for each in results)
    broken = sum(_broke(each) for each in results)
    skipped = sum(_is_excused(each) for each in results)
    return {"tests": str(len(results)), "failures": str(failed), "errors": str(broken), "skipped": str(skipped)}


def _case(suite: Element, result: Result, report: Report) -> None:
    first = result.diagnosis.causes[0].cause if result.diagnosis.causes else result.verdict
    case = SubElement(suite, "testcase", name=_legal(outline.where(result)), classname=_legal(safe(result.source.name)))
    told = _legal(plain.render(report._replace(results=(result,)), Look(_WIDTH)))
    if _fails(result):
        SubElement(case, "failure", message=_legal(outline.answer(result)), type=first).text = told
    elif _broke(result):
        message = f"{len(result.broke)} of the rules failed by themselves"
        SubElement(case, "error", message=message, type="broke").text = told
    elif _is_excused(result):
        SubElement(case, "skipped", message=_legal(suppression.told(result.findings)))
        SubElement(case, "system-out").text = told
    else:
        SubElement(case, "system-out").text = told


def _fails(result: Result) -> bool:
    """As the exit code has it: an error was found, or there is nothing but an answer whose causes are known."""
    found = any(each.severity == "error" and not each.excused for each in result.findings)
    return found or (result.kind is None and bool(result.diagnosis.causes))


def _broke(result: Result) -> bool:
    return bool(result.broke) and not _fails(result)


def _is_excused(result: Result) -> bool:
    """It would fail, if nothing were excused."""
    return not _fails(result) and not _broke(result) and any(each.severity == "error" for each in result.findings)


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)
