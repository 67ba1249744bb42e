"""Salesforce metadata: read with its places, put together, compared with key and code; and nothing hostile in it does harm."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import minting
import pytest

from jwtdoctor import diagnose, metadata
from jwtdoctor.case import Case
from jwtdoctor.catalog import Catalog
from jwtdoctor.cli import project as folders
from jwtdoctor.cli.failure import Failure
from jwtdoctor.engine import Answers, Engine
from jwtdoctor.library import material
from jwtdoctor.metadata.credentials import sketch
from jwtdoctor.metadata.xml import LARGEST, LONGEST_TEXT, MOST_ELEMENTS, Element, Unreadable, parse
from jwtdoctor.model import Finding, Span

NOW = minting.FROZEN_NOW
SOAP = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
BASE = "force-app/main/default"
APP = f"{BASE}/connectedApps/Acme.connectedApp-meta.xml"
ECA = f"{BASE}/externalClientApps/Beta.eca-meta.xml"
GLOBAL = f"{BASE}/extlClntAppGlobalOauthSets/Beta_g.ecaGlblOauth-meta.xml"
SETTINGS = f"{BASE}/extlClntAppOauthSettings/Beta_o.ecaOauth-meta.xml"
POLICIES = f"{BASE}/extlClntAppOauthPolicies/Beta_p.ecaOauthPlcy-meta.xml"
SWITCHES = f"{BASE}/extlClntAppPolicies/Beta_s.ecaPlcy-meta.xml"
CREDENTIAL = f"{BASE}/externalCredentials/Gamma.externalCredential-meta.xml"
NAMED = f"{BASE}/namedCredentials/Delta.namedCredential-meta.xml"
SITE = f"{BASE}/remoteSiteSettings/Acme.remoteSite-meta.xml"
CLASS = f"{BASE}/classes/Exchange.cls"
STORED = f"{BASE}/certs/Acme_Signing.crt"
BETA_KEY = "3MVG9BetaBetaBetaBetaBetaBeta"


def bare(name: str) -> str:
    """A certificate as bare base64 on one line, as a retrieve writes it."""
    return "".join(minting.certificate(name).decode().split("\n")[1:-2])


def parameter(kind: str, name: str, value: str) -> str:
    """One parameter of an external credential."""
    return (
        f"  <externalCredentialParameters>\n    <parameterName>{name}</parameterName>\n    <parameterType>{kind}</parameterType>\n"
        f"    <parameterValue>{value}</parameterValue>\n  </externalCredentialParameters>\n"
    )


def credential(*parameters: str) -> str:
    """A JWT bearer external credential with these parameters besides."""
    variant = parameter("AuthProtocolVariant", "Oauth", "JwtBearer")
    return f"<ExternalCredential {SOAP}>\n  <authenticationProtocol>Oauth</authenticationProtocol>\n{variant}{''.join(parameters)}</ExternalCredential>\n"


def healthy() -> dict[str, str]:
    """A project in which nothing is to be found."""
    named = "<externalClientApplication>Beta</externalClientApplication>"
    return {
        APP: f"""<?xml version="1.0" encoding="UTF-8"?>
<ConnectedApp {SOAP}>
    <label>Acme</label>
    <oauthConfig>
        <callbackUrl>https://localhost</callbackUrl>
        <certificate>{bare("match")}</certificate>
        <consumerKey>{minting.ISS}</consumerKey>
        <isAdminApproved>true</isAdminApproved>
        <scopes>Api</scopes>
        <scopes>RefreshToken</scopes>
    </oauthConfig>
    <oauthPolicy>
        <ipRelaxation>BYPASS</ipRelaxation>
        <refreshTokenPolicy>infinite</refreshTokenPolicy>
    </oauthPolicy>
    <permissionSetName>Acme_Integration</permissionSetName>
</ConnectedApp>
""",
        ECA: f"<ExternalClientApplication {SOAP}>\n  <distributionState>Local</distributionState>\n</ExternalClientApplication>\n",
        GLOBAL: f"<ExtlClntAppGlobalOauthSettings {SOAP}>\n  <certificate>{bare('other')}</certificate>\n  <consumerKey>{BETA_KEY}</consumerKey>\n"
        f"  {named}\n</ExtlClntAppGlobalOauthSettings>\n",
        SETTINGS: f"<ExtlClntAppOauthSettings {SOAP}>\n  <commaSeparatedOauthScopes>Api, RefreshToken</commaSeparatedOauthScopes>\n  {named}\n"
        "</ExtlClntAppOauthSettings>\n",
        POLICIES: f"<ExtlClntAppOauthConfigurablePolicies {SOAP}>\n  <commaSeparatedPermissionSet>Acme_Integration</commaSeparatedPermissionSet>\n"
        f"  {named}\n  <ipRelaxationPolicyType>Bypass</ipRelaxationPolicyType>\n"
        "  <permittedUsersPolicyType>AdminApprovedPreAuthorized</permittedUsersPolicyType>\n</ExtlClntAppOauthConfigurablePolicies>\n",
        SWITCHES: f"<ExtlClntAppConfigurablePolicies {SOAP}>\n  {named}\n  <isEnabled>true</isEnabled>\n"
        "  <isOauthPluginEnabled>true</isOauthPluginEnabled>\n</ExtlClntAppConfigurablePolicies>\n",
        CREDENTIAL: credential(
            parameter("JwtBodyClaim", "iss", minting.ISS), parameter("JwtBodyClaim", "sub", minting.SUB),
            parameter("JwtBodyClaim", "aud", "https://login.salesforce.com"),
            parameter("AuthProviderUrl", "AuthProviderUrl", minting.TOKEN_ENDPOINT),
            "  <externalCredentialParameters>\n    <certificate>Acme_Signing</certificate>\n    <parameterName>SigningCertificate</parameterName>\n"
            "    <parameterType>SigningCertificate</parameterType>\n  </externalCredentialParameters>\n",
        ),
        SITE: f"<RemoteSiteSetting {SOAP}>\n  <isActive>true</isActive>\n  <url>https://login.salesforce.com</url>\n</RemoteSiteSetting>\n",
        CLASS: f"""public class Exchange {{
    public static String token() {{
        Auth.JWT jwt = new Auth.JWT();
        jwt.setIss('{minting.ISS}');
        jwt.setSub('{minting.SUB}');
        jwt.setAud('https://login.salesforce.com');
        jwt.setValidityLength(180);
        Auth.JWS jws = new Auth.JWS(jwt, 'Acme_Signing');
        return new Auth.JWTBearerTokenExchange('{minting.TOKEN_ENDPOINT}', jws).getAccessToken();
    }}
}}
""",
        STORED: minting.certificate("match").decode(),
    }  # fmt: skip


def read(files: Mapping[str, str | bytes]) -> metadata.Project:
    """A project of texts."""
    return metadata.read({path: text.encode() if isinstance(text, str) else text for path, text in files.items()})


def examine(catalog: Catalog, project: metadata.Project) -> Answers:
    """What the rules say of a project."""
    profile = catalog.profiles["salesforce"]
    answers = Engine(catalog, profile).examine(Case(None, profile=profile, project=project, now=NOW))
    assert answers.broke == ()
    return answers


# --- one file --------------------------------------------------------------------------------------------------------------


def slice_of(text: str, span: Span) -> str:
    """What a span covers."""
    lines = text.splitlines()[span.line - 1 : span.end_line]
    if len(lines) == 1:
        return lines[0][span.column - 1 : span.end_column - 1]
    return "\n".join([lines[0][span.column - 1 :], *lines[1:-1], lines[-1][: span.end_column - 1]])


WRITTEN = [
    pytest.param("<a><b>one</b></a>", "one", "one", id="plain"),
    pytest.param("<a>\r\n  <b>\r\n    one  \r\n  </b></a>", "one", "one", id="lines that end in CR LF"),
    pytest.param("<a><b>\n one\n two \n</b></a>", "one\n two", "one\n two", id="two lines"),
    pytest.param("<a><b>a &amp; b</b></a>", "a & b", "a &amp; b", id="entities"),
    pytest.param("<a><b>&#65;bc </b></a>", "Abc", "&#65;bc", id="character reference"),
    pytest.param("<a><b><![CDATA[1 < 2]]></b></a>", "1 < 2", "1 < 2]]>", id="CDATA"),
    pytest.param("<a><b>one<!-- two -->three </b></a>", "onethree", "one<!-- two -->three", id="a comment"),
    pytest.param("<a>é€𝄞 <b>ü𝄞</b></a>", "ü𝄞", "ü𝄞", id="characters of two to four bytes"),
    pytest.param("<a x='1'\n><b\n>one</b\n></a>", "one", "one", id="tags over two lines"),
    pytest.param("<m:a xmlns:m='u'><m:b>one</m:b></m:a>", "one", "one", id="a prefix"),
    pytest.param("<a><b>one</b><b>two</b></a>", "one", "one", id="twice: the first counts"),
]


@pytest.mark.parametrize(("text", "value", "covered"), WRITTEN)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_value_and_its_place(text: str, value: str, covered: str, encoding: str) -> None:
    """The text of an element, and a span that covers it as it is written, in each encoding."""
    found = parse(text.encode(encoding)).find("b")

    assert found is not None
    assert found.text == value
    if "CDATA" in text:
        covered = covered.removesuffix("]]>")
        assert slice_of(text, found.span).startswith(covered)
    else:
        assert slice_of(text, found.span) == covered


def test_an_element_without_text_is_at_its_tag() -> None:
    """Nothing to point into, so the start tag is it."""
    text = "<a>\n  <b/>\n  <c></c>\n</a>"
    root = parse(text.encode())

    assert [slice_of(text, each.span) for each in root.children] == ["<b/>", "<c>"]


def test_declared_encodings() -> None:
    """What the declaration says counts; what it says and is not so is refused."""
    found = parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>".encode("latin-1"))

    assert found.text == "é"
    for wrong in (b"<?xml version='1.0' encoding='klingon'?><a/>", b"<a>\xe9</a>", "<a/>".encode("utf-32"), b"<a>\x00</a>"):
        with pytest.raises(Unreadable):
            parse(wrong)


BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "entities within entities": (f'<!DOCTYPE a [<!ENTITY l0 "lol">{BOMB}]><a>&l11;</a>', "document type"),
    "one long entity many times": (f'<!DOCTYPE a [<!ENTITY x "{"A" * 50_000}">]><a>{"&x;" * 10_000}</a>', "document type"),
    "an external entity": ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
    "a parameter entity": ('<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]><a/>', "document type"),
    "an external document type": ('<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd"><a/>', "document type"),
    "an empty document type": ("<!DOCTYPE a><a/>", "document type"),
    "an entity that nobody declared": ("<a>&x;</a>", "undefined entity"),
    "depth": ("<a>" * 100_000, "within one another"),
    "elements": (f"<a>{'<b/>' * (MOST_ELEMENTS + 1)}</a>", "elements"),
    "text": (f"<a>{'x' * (LONGEST_TEXT + 1)}</a>", "KiB of text"),
    "size": (f"<a>{' ' * LARGEST}</a>", "larger than"),
    "an empty file": ("", "empty"),
    "white space": (" \n\t", "empty"),
    "no XML": ("name = 1", "not well-formed"),
    "cut off": ("<a><b>", "ends before"),
    "two roots": ("<a/><b/>", "not well-formed"),
    "an unbound prefix": ("<m:a/>", "unbound prefix"),
    "an attribute twice": ("<a b='1' b='2'/>", "duplicate attribute"),
    "a control character": ("<a>\x1b[31m</a>", "not well-formed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_words(name: str) -> None:
    """A line that says why, the place, and the other files are read all the same."""
    text, why = HOSTILE[name]
    project = read({**healthy(), f"{BASE}/connectedApps/Bad.connectedApp-meta.xml": text})

    (bad,) = project.unreadable
    assert why in bad.why
    assert bad.line >= 1
    assert "passwd" not in bad.why
    assert "127.0.0.1" not in bad.why
    assert [each.name for each in project.apps] == ["Acme", "Beta"]


def test_a_namespace_is_not_asked_for() -> None:
    """Files written by hand may lack it."""
    (app,) = read({APP: healthy()[APP].replace(SOAP, "")}).apps

    assert app.value("consumer-key") == minting.ISS


def test_damaged_files_raise_nothing() -> None:
    """Bytes changed, cut out and doubled at random, in every file of a project."""
    chance = random.Random(20261123)
    files = {path: text.encode() for path, text in healthy().items()}
    for _ in range(150):
        path = chance.choice(list(files))
        data = bytearray(files[path])
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data))
            end = at + chance.randint(0, 30)
            data[at:end] = chance.choice([b"", b"<", b"&", b"]]>", b"\x00", b"<!--", data[at:end] * 2, chance.randbytes(3)])
        project = metadata.read({**files, path: bytes(data)})

        assert isinstance(project, metadata.Project)
        metadata.sketches(project, NOW)


def test_files_that_are_none_of_ours_are_left_alone() -> None:
    """By name alone; nobody reads a folder of pictures to look for an app."""
    for path in ("a.png", "README.md", "x.cls-meta.xml", "x.crt-meta.xml", "X.object-meta.xml", ".eca", "connectedApp", "x.xml"):
        assert metadata.wanted(path) == 0
    for path in healthy():
        assert metadata.wanted(path) > 0
        assert metadata.wanted(path.removesuffix("-meta.xml")) > 0


# --- the project -----------------------------------------------------------------------------------------------------------


def test_an_external_client_app_is_put_together() -> None:
    """Five files, one app; the name's letter case does not matter, as in the org."""
    files = healthy()
    files[POLICIES] = files[POLICIES].replace(">Beta<", ">BETA<")
    beta = next(each for each in read(files).apps if each.name == "Beta")

    assert beta.kind == "external-client-app"
    assert beta.value("consumer-key") == BETA_KEY
    assert beta.value("users") == "AdminApprovedPreAuthorized"
    assert [each.text for each in beta.scopes or ()] == ["Api", "RefreshToken"]
    assert [each.text for each in beta.permission_sets or ()] == ["Acme_Integration"]
    assert beta.signs_in_by_assertion


def test_an_app_whose_settings_are_not_in_the_project_is_not_judged_by_them(catalog: Catalog) -> None:
    """Global settings belong outside of source control: then there is nothing to say of certificate and key."""
    project = metadata.meant_for(read({ECA: healthy()[ECA], POLICIES: healthy()[POLICIES]}), name="beta")
    answers = examine(catalog, project)

    assert project.meant is not None
    assert {each.rule for each in answers.findings} == {"app-files-apart"}


def test_the_healthy_project_is_healthy(catalog: Catalog) -> None:
    """No rule says a word, whichever app is meant, and with git's answer too."""
    project = read(healthy())
    for each in (project, metadata.meant_for(project, iss=minting.ISS), metadata.meant_for(project, name="Beta")):
        assert examine(catalog, each._replace(tracked=frozenset({APP}))).findings == ()


def test_the_sick_project_is_found_sick(catalog: Catalog) -> None:
    """Every fault at once, each at a place that is there, and in the line that is shown."""
    files = healthy()
    secret = "a-secret-that-nobody-may-see"
    files[APP] = (
        files[APP]
        .replace(bare("match"), bare("other"))
        .replace("        <scopes>RefreshToken</scopes>\n", "")
        .replace("BYPASS", "ENFORCE")
        .replace("<permissionSetName>Acme_Integration</permissionSetName>", "<permissionSetName/>")
    )
    files[GLOBAL] = files[GLOBAL].replace("</certificate>", f"</certificate><consumerSecret>{secret}</consumerSecret>")
    files[SETTINGS] = files[SETTINGS].replace("Api, ", "")
    files[POLICIES] = (
        files[POLICIES]
        .replace("AdminApprovedPreAuthorized", "AllSelfAuthorized")
        .replace(
            "</externalClientApplication>",
            "</externalClientApplication><requiredSessionLevel>HIGH_ASSURANCE</requiredSessionLevel>",
        )
    )
    files[SWITCHES] = files[SWITCHES].replace("<isEnabled>true", "<isEnabled>false")
    files[SITE] = files[SITE].replace("true", "false")
    files[f"{BASE}/connectedApps/Bad.connectedApp-meta.xml"] = "<ConnectedApp>"
    project = read(files)._replace(tracked=frozenset({GLOBAL}))
    found = examine(catalog, project).findings

    assert sorted(each.rule for each in found) == [
        "app-disabled", "app-enforces-ip-ranges", "app-nobody-assigned", "app-scope-api-missing", "app-scope-refresh-token-missing",
        "app-session-policy-blocks", "app-users-approve-themselves", "consumer-secret-in-project", "global-oauth-settings-in-git",
        "metadata-unreadable", "remote-site-setting-missing", "signing-certificate-of-other-key", "signing-certificate-of-other-key",
    ]  # fmt: skip
    for finding in found:
        assert finding.origin is not None
        assert finding.origin.path in files
        lines = files[finding.origin.path].splitlines()
        assert finding.origin.line in ("", lines[finding.origin.span.line - 1])
        assert secret not in repr(finding)
    assert secret not in repr(project)


def of_rule(answers: Answers, rule: str) -> list[Finding]:
    """The findings of one rule."""
    return [each for each in answers.findings if each.rule == rule]


def test_one_rule_speaks_of_each_app(catalog: Catalog) -> None:
    """Two apps with one fault are two findings, at two places."""
    files = healthy()
    files[APP] = files[APP].replace("RefreshToken", "Web")
    files[SETTINGS] = files[SETTINGS].replace("RefreshToken", "Web")
    project = read(files)

    assert [str(each.at) for each in of_rule(examine(catalog, project), "app-scope-refresh-token-missing")] == [
        "metadata.Acme.oauthConfig.scopes", "metadata.Beta.commaSeparatedOauthScopes",
    ]  # fmt: skip
    only = metadata.meant_for(project, name="Beta")
    assert len(of_rule(examine(catalog, only), "app-scope-refresh-token-missing")) == 1


def test_which_app_is_meant() -> None:
    """The name goes before the consumer key, that before the certificate, that before there being no other. A consumer key that is no
    app's is never outweighed, nor is a name."""
    project = read(healthy())
    web = f"<ConnectedApp {SOAP}><oauthConfig><consumerKey>3MVG9Web</consumerKey></oauthConfig></ConnectedApp>"
    alone = read({APP: healthy()[APP]})

    keyless = read({APP: re.sub("<consumerKey>.*</consumerKey>", "", healthy()[APP])})
    assert keyless.apps[0].value("consumer-key") == ""

    def told(of: metadata.Project, **how: Any) -> tuple[str, str]:
        found = metadata.meant_for(of, **how)
        return (found.meant.name if found.meant is not None else "", found.meant_by)

    assert told(project, iss=minting.ISS) == ("Acme", "consumer-key")
    assert told(project, iss=minting.ISS, name="beta") == ("Beta", "name")
    assert told(project, iss=minting.ISS, name="Betta") == ("Acme", "consumer-key")
    assert told(project, iss="3MVG9Other") == ("", "unknown")
    assert told(alone, iss="3MVG9Other") == ("", "unknown")
    assert told(alone, iss="3MVG9Other", holders=alone.apps) == ("", "unknown")
    assert told(alone, holders=alone.apps) == ("Acme", "pair")
    assert told(project, holders=project.apps) == ("", "unknown")
    assert told(keyless, iss="3MVG9Other", holders=keyless.apps) == ("Acme", "pair")
    assert told(keyless, iss="3MVG9Other") == ("Acme", "only")
    assert told(alone) == ("Acme", "only")
    assert told(alone, taken={APP}) == ("", "unknown")
    assert told(alone, name="Betta") == ("", "unknown")
    assert told(read({APP: healthy()[APP], ECA: "<Extern"})) == ("", "unknown")
    assert told(metadata.read({APP: healthy()[APP].encode()}, refused={ECA: "permission denied"})) == ("", "unknown")
    assert told(read({APP: web}), iss="3MVG9Other") == ("", "unknown")
    assert told(read({APP: web})) == ("Acme", "only")
    assert told(read({})) == ("", "unknown")


def test_certificates_of_the_project_are_examined_by_the_rules_for_certificates(catalog: Catalog) -> None:
    """An expired one in the XML of an app: the finding points into that file."""
    files = healthy()
    files[APP] = files[APP].replace(bare("match"), bare("expired"))
    project = read(files)
    held = {each.name: each for each in metadata.certificates(project, NOW)}

    assert set(held) == {APP, GLOBAL, STORED}
    profile = catalog.profiles["salesforce"]
    one = held[APP]
    case = Case(None, profile=profile, certificates=material(one.data, one.name), origins={"certificate": one.origin}, now=NOW)
    (finding,) = Engine(catalog, profile).examine(case).findings
    assert finding.rule == "cert-expired"
    assert finding.origin is not None
    assert finding.origin.path == APP
    assert slice_of(files[APP], finding.origin.span) == bare("expired")


@pytest.mark.parametrize("content", [b"", b" \n", minting.certificate("csr")], ids=["empty", "blank", "a request"])
def test_an_entry_without_a_certificate_is_no_certificate(content: bytes) -> None:
    """A retrieve may leave the file empty, or with the request in it."""
    project = read({**healthy(), STORED: content})

    assert STORED not in {each.name for each in metadata.certificates(project, NOW)}


def test_a_certificate_that_nothing_signs_with_is_not_held_up() -> None:
    """A project has certificates for other purposes."""
    project = read({**healthy(), f"{BASE}/certs/Other.crt": minting.certificate("expired")})

    assert f"{BASE}/certs/Other.crt" not in {each.name for each in metadata.certificates(project, NOW)}


def test_hostile_names_are_shown_plainly(catalog: Catalog) -> None:
    """A file's name is a stranger's text, as much as what is in it."""
    path = f"{BASE}/connectedApps/A%1B[31m<b>[x](y).connectedApp-meta.xml"
    files = {path: healthy()[APP].replace("RefreshToken", "\u202e&lt;script&gt;")}
    (finding,) = examine(catalog, read(files)).findings

    assert str(finding.at) == "metadata.A__31m_b__x__y_.oauthConfig.scopes"
    assert "\x1b" not in finding.message
    assert "\u202e" not in finding.message


# --- what credentials and code would sign ----------------------------------------------------------------------------------


def test_an_external_credential_as_a_sketch() -> None:
    """Each value with its place in the XML; the lifetime is the documented default."""
    text = healthy()[CREDENTIAL]
    (found,) = [each.sketch for each in metadata.sketches(read({CREDENTIAL: text}), NOW)]

    assert found.language == "external-credential"
    assert dict(found.claims) == {"iss": minting.ISS, "sub": minting.SUB, "aud": minting.AUD, "exp": NOW + 120}
    assert found.header["alg"] == "RS256"
    assert (found.endpoint, found.names["certificate"]) == (minting.TOKEN_ENDPOINT, "Acme_Signing")
    assert found.unknown == frozenset()
    for place, value in (("payload.iss", minting.ISS), ("endpoint", minting.TOKEN_ENDPOINT), ("key", "Acme_Signing")):
        assert found.origins[place].path == CREDENTIAL
        assert slice_of(text, found.origins[place].span) == value


FORMULAS = [
    ('{!Text(FLOOR((NOW() - DATETIMEVALUE( "1970-01-01 00:00:00" )) * 86400 + 300))}', NOW + 300),
    ("{!FLOOR((now()-datetimevalue('1970-01-01 00:00:00'))*86400)}", NOW),
    ('{!FLOOR((NOW() - DATETIMEVALUE("1970-01-01 00:00:00")) * 86400 - 60)}', NOW - 60),
    ('{!FLOOR((NOW() - DATETIMEVALUE("1970-01-01 00:00:00")) * 86400000 + 300)}', NOW * 1000 + 300),
    ('{!FLOOR((NOW() - DATETIMEVALUE("2000-01-01 00:00:00")) * 86400 + 300)}', None),
    ('{!FLOOR((NOW() - DATETIMEVALUE("1970-01-01 00:00:00")) * 86400)' + " " * 60_000 + "}", NOW),
    ('{!FLOOR((NOW() - DATETIMEVALUE("1970-01-01 00:00:00")) * 86400)' + " " * 60_000 + "x}", None),
    ("{!SomethingElse__c}", None),
    ("$User.Username", None),
    ("300", "300"),
    ('"300"', "300"),
    ("&quot;[&quot;", "["),
    ("[[[[", "[[[["),
]


@pytest.mark.parametrize(("written", "value"), [pytest.param(*each, id=each[0][:80]) for each in FORMULAS])
def test_formulas(written: str, value: object) -> None:
    """The documented formula is computed, in its variations; what only the org can compute is unknown."""
    found = sketch(credential(parameter("JwtBodyClaim", "exp", written)), "", NOW)

    assert found is not None
    assert found.claims.get("exp") == value
    assert ("payload.exp" in found.unknown) is (value is None)


NAMED_TEXT = f"""<NamedCredential {SOAP}>
  <authTokenEndpointUrl>{minting.TOKEN_ENDPOINT}</authTokenEndpointUrl>
  <jwtAudience>&quot;https://login.salesforce.com&quot;</jwtAudience>
  <jwtIssuer>{minting.ISS}</jwtIssuer>
  <jwtSigningCertificate>Acme_Signing</jwtSigningCertificate>
  <jwtTextSubject>{minting.SUB}</jwtTextSubject>
  <jwtValidityPeriodSeconds>180</jwtValidityPeriodSeconds>
  <protocol>JwtExchange</protocol>
</NamedCredential>
"""


def test_a_named_credential_as_a_sketch() -> None:
    """The older kind, with the audience as a JSON string."""
    found = sketch(NAMED_TEXT, "", NOW)

    assert found is not None
    assert dict(found.claims) == dict(minting.CLAIMS)
    assert (found.endpoint, found.names) == (minting.TOKEN_ENDPOINT, {"certificate": "Acme_Signing"})
    assert slice_of(NAMED_TEXT, found.origins["payload.exp"].span) == "180"


def test_what_a_named_credential_does_not_say_is_unknown() -> None:
    """A subject by formula, a list of audiences, no lifetime: nothing is made up."""
    text = NAMED_TEXT.replace("jwtTextSubject", "jwtFormulaSubject").replace(
        "&quot;https://login.salesforce.com&quot;", '["a","b"]'
    )
    text = "\n".join(each for each in text.split("\n") if "Period" not in each)
    found = sketch(text, "", NOW)

    assert found is not None
    assert found.claims["aud"] == ["a", "b"]
    assert found.unknown == {"payload.sub", "payload.exp"}


@pytest.mark.parametrize(
    "text",
    [
        NAMED_TEXT.replace("JwtExchange", "Password"),
        credential().replace("JwtBearer", "ClientCredentialsClientSecret"),
        healthy()[APP],
        "<ExternalCredential><authenticationProtocol>Jwt",
    ],
    ids=["a password", "another flow", "an app", "cut off"],
)
def test_what_signs_nothing_has_no_sketch(text: str) -> None:
    """Other credentials are none of ours."""
    assert sketch(text, "", NOW) is None


def test_a_credential_is_diagnosed_like_code() -> None:
    """Its file alone: the ordinary rules, pointing into the XML."""
    text = healthy()[CREDENTIAL].replace("https://login.salesforce.com</", "https://test.salesforce.com</")
    (result,) = diagnose(text, now=NOW, source="Gamma.externalCredential-meta.xml").results

    (finding,) = [each for each in result.findings if each.rule == "aud-login-vs-test"]
    assert finding.origin is not None
    assert slice_of(text, finding.origin.span) == "https://test.salesforce.com"
    assert result.source.form == "external-credential"
    assert "Nothing in this credential" in diagnose(healthy()[CREDENTIAL], now=NOW).to_json()["results"][0]["summary"]


def test_a_password_beside_it_is_not_shown() -> None:
    """A file on one line: no line of it is repeated."""
    password = "hunter2-and-more"
    text = (
        NAMED_TEXT.replace("\n", "")
        .replace("<protocol>", f"<password>{password}</password><protocol>")
        .replace("https://login.salesforce.com&", "https://test.salesforce.com&")
    )
    report = diagnose(text, now=NOW)

    assert report.results[0].findings
    assert password not in json.dumps(report.to_json())
    assert password not in repr(report.results[0].sketch)


@pytest.mark.parametrize(
    "written",
    [
        "<password>&#104;unter2</password>", "<password><![CDATA[hunt]]>er2</password>", "<password>x\nhunter2</password>",
        "<password>x\n&#104;unter2\n</password>", "<!-- <password>\nhunter2\n</password> -->", "<x:password xmlns:x='y'>hunter2</x:password>",
        "<description>\u2028hunter2</description><password>hunter2</password>",
    ],
)  # fmt: skip
def test_a_secret_is_hidden_however_it_is_written(written: str) -> None:
    """By the lines that its element spans, not by its text alone. What else ends a line in Python ends none in XML."""
    text = NAMED_TEXT.replace("<protocol>", f"{written}<protocol>", 1)
    found = sketch(text, "x", NOW)

    assert found is not None
    shown = "\n".join((*found.lines, *(each.line for each in found.origins.values())))
    assert "unter2" not in shown
    assert "hunt" not in shown
    assert len(found.lines) == len(text.split("\n"))


def test_apex_of_the_project_is_read_with_its_path() -> None:
    """Path, line and column of each value."""
    (found,) = metadata.sketches(read({CLASS: healthy()[CLASS]}), NOW)

    assert (found.path, found.sketch.origins["payload.aud"].path) == (CLASS, CLASS)
    assert found.sketch.origins["payload.aud"].line.strip() == "jwt.setAud('https://login.salesforce.com');"


# --- the folder ------------------------------------------------------------------------------------------------------------


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_a_folder_is_read_by_its_package_directories(tmp_path: Path) -> None:
    """What sfdx-project.json names, and nothing beside it."""
    listed = {"packageDirectories": [{"path": "force-app", "default": True}, {"path": "./more/"}]}
    other = {"unpackaged/x/Other.connectedApp-meta.xml": healthy()[APP], "more/More.connectedApp-meta.xml": healthy()[APP]}
    folder = write(tmp_path, {**healthy(), **other, "sfdx-project.json": json.dumps(listed)})
    found = folders.read_project(folder)

    assert found.notes == ()
    assert [each.path for each in found.project.apps] == [APP, "more/More.connectedApp-meta.xml", ECA]
    assert folders.is_project(folder)


def test_a_folder_without_sfdx_project_json_is_read_whole(tmp_path: Path) -> None:
    """Other people's files and hidden folders are left out."""
    app = healthy()[APP]
    skipped = ("node_modules/a/Bad.connectedApp-meta.xml", ".git/Bad.connectedApp-meta.xml", ".sf/Bad.connectedApp-meta.xml")
    found = folders.read_project(write(tmp_path, {"src/Acme.connectedApp": app, **dict.fromkeys(skipped, app)}))

    assert [each.path for each in found.project.apps] == ["src/Acme.connectedApp"]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ('{"packageDirectories": [{"path": "../outside"}]}', "lies outside"),
        ('{"packageDirectories": [{"path": "/etc"}]}', "lies outside"),
        ('{"packageDirectories": [{"path": "missing"}]}', "there is no package directory"),
        ('{"packageDirectories": []', "not JSON"),
        ('{"packageDirectories": 5}', "no list of packageDirectories"),
        ('{"packageDirectories": [{"path": 5}]}', "no list of packageDirectories"),
        ("[]", "no list of packageDirectories"),
        ("[" * 100_000, "sfdx-project.json"),
    ],
)
def test_an_odd_sfdx_project_json_is_told(tmp_path: Path, listed: str, told: str) -> None:
    """A note that says what was wrong; nothing outside of the folder is read."""
    (tmp_path / "outside").mkdir()
    write(tmp_path / "outside", {"Out.connectedApp-meta.xml": healthy()[APP]})
    folder = write(tmp_path / "in", {"a/Acme.connectedApp-meta.xml": healthy()[APP], "sfdx-project.json": listed})
    found = folders.read_project(folder)

    assert told in " ".join(found.notes)
    assert all(each.name != "Out" for each in found.project.apps)


def test_blanks_cost_no_time() -> None:
    """Those of a profile, where looking for their end at every one of them would take an hour."""
    shown = "<applicationVisibilities><application>{}</application><visible>true</visible></applicationVisibilities>"
    profile = "".join(map(shown.format, [" " * 260 + "\n" * 260, *["\n Acme \t"] * 2000, *[" " * 250 + "\n" * 250] * 4000]))
    assert metadata.read({"A.profile-meta.xml": profile.encode()}).assigned == {"Acme"}


@pytest.mark.skipif(os.name != "posix", reason="links and named pipes are POSIX's here")
def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    """A link to a file elsewhere, a folder that holds itself, a named pipe: none is read, and none is waited for."""
    outside = write(tmp_path / "outside", {"Out.connectedApp-meta.xml": healthy()[APP]})
    folder = write(tmp_path / "in", {"a/Acme.connectedApp-meta.xml": healthy()[APP]})
    (folder / "a" / "Link.connectedApp-meta.xml").symlink_to(outside / "Out.connectedApp-meta.xml")
    (folder / "a" / "Inside.connectedApp-meta.xml").symlink_to(folder / "a" / "Acme.connectedApp-meta.xml")
    (folder / "a" / "Gone.connectedApp-meta.xml").symlink_to(folder / "nowhere")
    (folder / "a" / "round").symlink_to(folder)
    (folder / "b").symlink_to(outside)
    os.mkfifo(folder / "Pipe.connectedApp-meta.xml")
    found = folders.read_project(folder)

    assert [each.name for each in found.project.apps] == ["Acme", "Inside"]
    assert len(found.notes) == 3


def test_a_folder_is_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Depth, number and size have an end, and it is told."""
    deep = "/".join("d" for _ in range(folders.DEEPEST + 2))
    folder = write(tmp_path, {**healthy(), f"{deep}/Deep.connectedApp-meta.xml": healthy()[APP]})
    write(tmp_path, {"z/Big.connectedApp-meta.xml": f"<ConnectedApp>{' ' * LARGEST}</ConnectedApp>"})
    found = folders.read_project(folder)
    assert [each.name for each in found.project.apps] == ["Acme", "Beta"]
    assert sum("within one another" in each for each in found.notes) == 1
    assert [(each.path, "larger than" in each.why) for each in found.project.unreadable] == [
        ("z/Big.connectedApp-meta.xml", True)
    ]
    assert not found.project.knows_all_apps

    for name, limit, told in (
        ("MOST_FILES", 3, "more than 3 files"),
        ("MOST_ENTRIES", 5, "files and folders"),
        ("MOST_BYTES", 3000, "to read"),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(folders, name, limit)
            less = folders.read_project(folder)
        assert sum(told in each for each in less.notes) == 1


@pytest.mark.parametrize("name", ["missing", "file"])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str) -> None:
    """One line, and what would be accepted."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(Failure, match="accepted: the folder of a project"):
        folders.read_project(tmp_path / name)


def test_elements_are_found_along_a_path() -> None:
    """The small part of XPath that metadata needs."""
    root = parse(b"<a><b><c>1</c></b><b><c>2</c></b></a>")

    assert isinstance(root, Element)
    found = root.find("b/c")
    assert found is not None
    assert found.text == "1"
    assert root.find("b/d/e") is None
    assert [each.tag for each in root.walk()] == ["a", "b", "c", "b", "c"]
