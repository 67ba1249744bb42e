"""Checks of the HTTP request around the assertion. RFC 6749 §4.5, RFC 7521 §4.1, RFC 7523 §2.1."""

from __future__ import annotations

import re

from ..case import Case
from ..model import Skipped
from .registry import NOTHING, Outcome, check, one


@check(
    "request-grant-type",
    facts="value wanted",
    variants="missing misspelt other",
    needs="request",
    settings="grant_type",
    reads="no_request",
)
def request_grant_type(case: Case, params: object) -> Outcome:
    """grant_type is not the JWT bearer grant's URN."""
    request, wanted = case.request, str(case.setting("grant_type"))
    if request is None:
        return NOTHING
    value = request.grant_type
    if value == wanted:
        return NOTHING
    if value is None:
        return one("request", "grant_type", "missing", value="", wanted=wanted)
    folded = re.sub(r"[\s:_.-]|%3a", "", value.lower())
    near = folded and (folded in re.sub(r"[:_.-]", "", wanted) or "jwtbearer" in folded or folded == "assertion")
    return one("request", "grant_type", "misspelt" if near else "other", value=value, wanted=wanted)


@check(
    "request-client-assertion",
    facts="value wanted",
    variants="authentication unknown untyped",
    needs="request",
    settings="grant_type",
    reads="no_request",
)
def request_client_assertion(case: Case, params: object) -> Outcome:
    """client_assertion (RFC 7523 §2.2) authenticates a client; the grant (§2.1) wants `assertion`."""
    request = case.request
    if request is None or not {"client_assertion", "client_assertion_type"} & request.fields.keys():
        return NOTHING
    value = request.fields.get("client_assertion_type", "")
    if not value:
        return one("request", "client_assertion", "untyped", value="client_assertion", wanted="assertion")
    known = value == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return one("request", "client_assertion_type", "authentication" if known else "unknown", value=value, wanted="assertion")


@check(
    "request-content-type",
    facts="value wanted body",
    variants="json multipart other missing disagrees",
    needs="request",
    settings="content_type",
    reads="no_request",
)
def request_content_type(case: Case, params: object) -> Outcome:
    """The body is not form-encoded, so the server finds no parameters."""
    request, wanted = case.request, str(case.setting("content_type"))
    if "request.content_type" in case.unknown:
        return Skipped("the code does not show how the body is sent", "request")
    # Of a body that was pasted without its head the type is not known.
    if request is None or request.method in ("", "GET"):
        return NOTHING
    declared = request.content_type.partition(";")[0].strip().lower()
    if request.body == "none" and not declared:
        return NOTHING
    facts = {"value": declared, "wanted": wanted, "body": request.body}
    if "json" in declared or request.body == "json":
        variant = "json" if "json" in declared else "disagrees"
        return one("request", "content_type", variant, **facts)
    if "multipart" in declared or request.body == "multipart":
        return one("request", "content_type", "multipart", **facts)
    if not declared:
        return one("request", "content_type", "missing", **facts)
    return NOTHING if declared == wanted else one("request", "content_type", "other", **facts)


@check(
    "request-place",
    facts="where",
    variants="header query field get elsewhere absent",
    needs="request",
    reads="no_request",
)
def request_place(case: Case, params: object) -> Outcome:
    """The assertion is not the form field `assertion` of a POST."""
    request = case.request
    if request is None:
        return NOTHING
    if request.method == "GET":
        return one("request", "method", "get", where=request.where or "nowhere")
    place, _, name = request.where.partition(".")
    if request.where == "body.assertion" or (place == "body" and name == "client_assertion"):
        return NOTHING
    if place == "query":
        return one("request", request.where, "query", where=name)
    if place == "header":
        return one("request", request.where, "header", where=name)
    if place == "body":
        return one("request", request.where, "field", where=name)
    if case.token is None:
        return one("request", "assertion", "absent", where="nowhere")
    return one("request", "assertion", "elsewhere", where="outside the known fields")


@check("assertion-encoded-twice", facts="how", variants="percent base64", needs="paste", reads="shape")
def assertion_encoded_twice(case: Case, params: object) -> Outcome:
    """The assertion was url-encoded once more, or the whole of it was put into base64."""
    paste = case.paste
    if paste is None:
        return NOTHING
    if "base64" in paste.stripped:
        return one("token", "", "base64", how="base64")
    if "percent-encoding" in paste.stripped:
        return one("token", "", "percent", how="percent-encoding")
    return NOTHING


@check("request-is-api-call", facts="url", needs="request", settings="token_path", reads="no_request")
def request_is_api_call(case: Case, params: object) -> Outcome:
    """The assertion is used as a bearer token at something that is no token endpoint."""
    request = case.request
    if request is None or request.where != "header.authorization" or request.fields or request.query.get("grant_type"):
        return NOTHING
    path = re.sub(r"\A[a-z]+://[^/]*", "", request.url)
    if path.rstrip("/").endswith(str(case.setting("token_path"))):
        return NOTHING
    return one("request", "authorization", url=request.url)
