"""The nouns everything else speaks of. Standard library only, no behaviour beyond printing themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, NoReturn

Severity = Literal["error", "warning", "info"]
Effect = Literal["refuses", "tolerates", "unknown"]
Confidence = Literal["certain", "likely", "hint"]
Standing = Literal["confirmed", "named", "possible", "doubtful"]
Verdict = Literal["refused", "accepted", "undetermined"]
SignatureStatus = Literal["valid", "invalid", "not-examined"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
EFFECTS: tuple[Effect, ...] = ("refuses", "unknown", "tolerates")
CONFIDENCES: tuple[Confidence, ...] = ("certain", "likely", "hint")
STANDINGS: tuple[Standing, ...] = ("confirmed", "named", "possible", "doubtful")

STAGES = ("client", "transport", "request", "parse", "app", "signature", "audience", "time", "user", "login", "after")
"""The checks on the way of an assertion, in the order that error combinations suggest; ``after``: past success."""

Facts = Mapping[str, Any]


def _refuse(*_: Any, **__: Any) -> NoReturn:
    raise TypeError("a result is not changed; make a copy with dict(…) or list(…)")


class FrozenDict(dict[str, Any]):
    """A dict of a result: it is read, copied, compared, pickled and written as JSON like any other, and not changed."""

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenDict, (dict(self),)


class FrozenList(list[Any]):
    """A list of a result, in the same way."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = append = extend = insert = pop = remove = clear = sort = reverse = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenList, (list(self),)


def frozen(value: Any) -> Any:
    """A value of JSON that nobody can change any more, however deep."""
    kind = type(value)
    if kind is dict:
        return FrozenDict({name: frozen(each) if type(each) in (dict, list) else each for name, each in value.items()})
    return FrozenList([frozen(each) for each in value]) if kind is list else value


class Place(NamedTuple):
    """A spot in an exhibit: ``payload.exp``, ``request.grant_type``, ``certificate.not_after``."""

    exhibit: str
    path: str = ""

    def __str__(self) -> str:
        return f"{self.exhibit}.{self.path}" if self.path else self.exhibit


class Span(NamedTuple):
    """A stretch of a source text; lines and columns count from 1, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Origin(NamedTuple):
    """Where in a source text a value comes from."""

    span: Span
    expression: str
    """The expression as written."""
    mend: str = ""
    """What belongs there instead, in the same language; empty where the expression is right or nobody can tell."""
    path: str = ""
    """The file, where it is another than the one that is examined: relative to the project, with slashes."""
    line: str = ""
    """Of such a file the line in which the expression begins, to be shown; empty where it must not be."""
    usual: str = ""
    """Of `exp` the expression that gives it the usual lifetime, whatever was meant."""
    needs: str = ""
    """A line that what belongs there needs, such as an import; empty where nothing is missing."""
    needs_at: int = 0
    """The line before which that one goes, counted from 1."""


class Hit(NamedTuple):
    """What a check saw: where, the facts, and which of the rule's wordings fits. No prose, no severity."""

    at: Place
    facts: Facts
    variant: str = ""
    origin: Origin | None = None
    """Where it stands in a text, if the check itself knows that."""


class Skipped(NamedTuple):
    """Why a rule could not be examined, and which exhibit it would need."""

    because: str
    needs: str


class Finding(NamedTuple):
    """A hit in the words and with the weight of its rule, under one profile."""

    rule: str
    variant: str
    severity: Severity
    effect: Effect
    confidence: Confidence
    at: Place
    message: str
    label: str
    note: str
    help: str
    facts: Facts
    because: str = ""
    """Why the provider is taken to treat it so, where the profile weighs it anew."""
    explains: tuple[str, ...] = ()
    """Rules whose findings only follow from this one."""
    remains: tuple[str, ...] = ()
    """Causes of which it must be one, where it cannot be told which; a single one: the cause this speaks for."""
    origin: Origin | None = None
    """Where the value was read, when it was read from source text and not from a token."""
    excused: str = ""
    """Why it fails nothing: ``baseline``, or the reason somebody gave for ignoring it; empty where it counts."""

    def speaks_for(self, cause: str) -> bool:
        """Whether this finding supports the cause of that name."""
        return cause == self.rule if not self.remains else cause in self.remains


class Broken(NamedTuple):
    """A rule that failed by itself; the others went on."""

    rule: str
    error: str
