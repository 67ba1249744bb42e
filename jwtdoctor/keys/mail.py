"""A saved mail (``.eml``, RFC 5322 and MIME): its parts, decoded by the standard library's own parser."""

from __future__ import annotations

import re
from itertools import islice

_MOST_PARTS = 200
_FIRST = re.compile(rb"(?:From [^\n]*\n)?[A-Za-z][A-Za-z0-9-]{1,60}:[ \t]")
_TELLING = re.compile(rb"(?im)^(?:MIME-Version|Content-Type|Content-Transfer-Encoding|Received|Message-ID|Return-Path):")


def is_mail(data: bytes) -> bool:
    """Whether it begins with header fields, one of which only mail has."""
    head = data[:65536].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return bool(_FIRST.match(head)) and bool(_TELLING.search(head))


def parts(data: bytes) -> tuple[list[bytes], list[bytes]]:
    """The content of every part, attachments too, after its transfer encoding; apart from these, the mail's own signatures."""
    import email
    import email.policy

    message = email.message_from_bytes(data, policy=email.policy.compat32)
    contents: list[bytes] = []
    signatures: list[bytes] = []
    for part in islice(message.walk(), _MOST_PARTS):
        content = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(content, bytes):
            (signatures if "pkcs7-signature" in part.get_content_type() else contents).append(content)
    return contents, signatures
