"""What the live commands share: addresses, limits of time, trusted authorities, this machine's clock, and troubles in one line."""

from __future__ import annotations

import ipaddress
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from ..catalog import Host, Profile
from ..live.trouble import Unreached
from ..live.wire import Clocks, Way
from .failure import Failure, echo
from .keyfiles import shown

CLOCKS = Clocks(time.time, time.monotonic, time.sleep)
"""This machine's."""
_AUTHORITIES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Variables that name other CA certificates than the usual ones, the first that is set counts."""
STOPPED = 130
"""As a shell says it of a command that Ctrl-C ended."""
_LONGEST_URL = 2048
_SECONDS = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,3})?")


def address(text: str, what: str) -> str:
    """The URL of a server; without a scheme https is meant. Raises Failure for what is none, ``what`` being how it was given."""
    url = text.strip()
    if "://" not in url:
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise Failure(f"{what} {echo(text)}: not a URL; accepted: https://HOST/PATH") from None
    if parts.username is not None or parts.password is not None:
        raise Failure(f"{what}: a user or password in a URL is not sent; accepted: https://HOST/PATH")
    if (
        parts.scheme.lower() not in ("https", "http")
        or not is_host(host)
        or len(url) > _LONGEST_URL
        or re.search(r"[\s\\\x00-\x1f\x7f]", url)
    ):
        raise Failure(f"{what} {echo(text)}: not the URL of a server; accepted: https://HOST/PATH")
    return url.partition("#")[0]


def is_host(text: str) -> bool:
    """Whether it is the name of one machine or its number, and no pattern, list or anything else that a program may take apart."""
    if _is_number(text):
        return True
    return re.fullmatch(r"\w(?:[\w.-]*\w)?\.?", text) is not None and ".." not in text


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def is_encrypted(url: str) -> bool:
    """Whether nobody on the way can read or change what is sent there."""
    return urlsplit(url).scheme.lower() == "https"


def is_here(url: str) -> bool:
    """Whether it is an address of this machine itself."""
    host = urlsplit(url).hostname or ""
    # Names under localhost are asked of the DNS by some systems, which may send them anywhere.
    return host == "localhost" or (_is_number(host) and ipaddress.ip_address(host).is_loopback)


def kind_of(profile: Profile, host: str) -> Host | None:
    """What the provider's hosts of this kind are; ``None`` for a host that is not known to be one of its own."""
    return next((each for each in profile.hosts if each.pattern.compiled.fullmatch(host)), None)


def seconds(text: str | None, option: str, default: float, most: float = 600) -> float:
    """A length of time, in seconds. Raises Failure for what is none."""
    if text is None:
        return default
    if not _SECONDS.fullmatch(text.strip()) or not 0 < float(text) <= most:
        raise Failure(f"{option} {echo(text)!r} is no number of seconds; accepted: more than 0, up to {most:g}")
    return float(text)


def count(text: str | None, option: str, default: int, most: int) -> int:
    """A number of times. Raises Failure for what is none."""
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()) or not 1 <= int(text) <= most:
        raise Failure(f"{option} {echo(text)!r} is no such number; accepted: 1 to {most}")
    return int(text)


def way(timeout: float, ca_file: str | None) -> Way:
    """How a server is reached: CA certificates of ``--ca-file``, else of the variables that others respect too, else the usual ones. Raises Failure."""
    if ca_file == "":
        raise Failure("--ca-file: names no file; accepted: a file of CA certificates in PEM")
    if ca_file is not None:
        return Way(timeout, ca_file)
    return Way(timeout, next((value for name in _AUTHORITIES if (value := os.environ.get(name))), None))


@contextmanager
def reaching(how: Way, ca_file: str | None) -> Iterator[None]:
    """Whatever keeps an answer away becomes one line. Raises Failure."""
    try:
        yield
    except Unreached as trouble:
        if trouble.kind != "authorities":
            raise Failure(str(trouble)) from None
        name = next((each for each in _AUTHORITIES if os.environ.get(each)), "") if ca_file is None else "--ca-file"
        raise Failure(f"{name} {shown(how.authorities or '')}: {trouble}; accepted: a file of CA certificates in PEM") from None
    except KeyboardInterrupt:
        # Told here: typer would leave with the code alone.
        raise Failure("stopped", STOPPED) from None
    except ModuleNotFoundError as absent:
        if (absent.name or "").partition(".")[0] not in ("requests", "urllib3"):
            raise
        raise Failure("the HTTP library of the live commands is not installed; accepted: pip install 'jwtdoctor[live]'") from None
