"""HTML as it was copied from a page or a ticket: entities, line breaks, the tags of syntax highlighting in the middle of a token."""

from __future__ import annotations

import html
import re

from . import compact
from .view import View, rewritten

_INLINE = r"wbr|span|b|i|em|strong|code|font|a|mark|u|s|small|tt|kbd|samp|var|nobr|o:p"
_OUTER = r"br|p|div|pre|td|th|tr|table|tbody|thead|li|ul|ol|html|head|body|blockquote|h[1-6]|hr|title|style|meta|section|article|dl|dd|dt"
_FORM = r"</?(?:form|input|textarea|button|noscript|label|option|select)\b"
_TAG = rf"</?(?:{_INLINE}|{_OUTER})(?:\s[^<>]{{0,2000}})?/?>"
_SIGN = re.compile(
    rf"{_TAG}|{_FORM}|&(?:amp|quot|lt|gt|nbsp|apos|period|equals|lowbar|hyphen|shy|ZeroWidthSpace|#\d{{2,5}}|#[xX][0-9a-fA-F]{{2,5}});",
    re.IGNORECASE,
)
_REWRITTEN = re.compile(
    rf"(?P<inline></?(?:{_INLINE})(?:\s[^<>]{{0,2000}})?/?>)|(?P<outer></?(?:{_OUTER})(?:\s[^<>]{{0,2000}})?/?>(?:[ \t]*\r?\n)?)|(?P<comment><!--(?:[^-]|-(?!->)){{0,4000}}-->)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)",
    re.IGNORECASE,
)
DOCUMENT = re.compile(rf"\s*(?:<!doctype html|{_TAG}|{_FORM})", re.IGNORECASE)


def view(text: str) -> View | None:
    """The text as a browser would show it; ``None`` when it is no HTML."""
    if ("<" not in text and "&" not in text) or not _SIGN.search(text):
        return None
    return rewritten(text, _REWRITTEN, _shown)


def _shown(match: re.Match[str]) -> str:
    if match["entity"] is not None:
        plain = html.unescape(match[0])
        return "" if plain in ("\u00ad", "\u200b", "\u200c", "\u200d") else plain.replace("\u00a0", " ")
    if compact.START.search(match[0]):
        # The token stands in an attribute.
        return f" {match[0]} "
    if match["outer"] is not None:
        return "\n"
    return ""
