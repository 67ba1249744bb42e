"""A healthy sfdx project with two environments, and faults to plant in it. Keys and certificates are those of this run.

A project is a mapping of paths to contents, with what is no content beside it: the modes of files, and what git tracks.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import minting

ISS, UAT_ISS = minting.ISS, "3MVG9uAt7Zr2VtLxWc0DhY5sNbEoT1uGfRmA8iJ4KqXvP6nUwSlHyBdCzO3eMgI9aFtVrQ2xLs7WkYb1NcUa"
CONFIG, PRODUCTION_KEY, UAT_KEY = "jwtdoctor.toml", "keys/production.key", "keys/uat.key"
BASE = "force-app/main/default"
CONNECTED = f"{BASE}/connectedApps/Acme_Integration.connectedApp-meta.xml"
ECA = f"{BASE}/externalClientApps/Acme_Uat.eca-meta.xml"
GLOBAL = f"{BASE}/extlClntAppGlobalOauthSets/Acme_Uat_glbloauth.ecaGlblOauth-meta.xml"
SCOPES = f"{BASE}/extlClntAppOauthSettings/Acme_Uat_oauth.ecaOauth-meta.xml"
POLICIES = f"{BASE}/extlClntAppOauthPolicies/Acme_Uat_oauthPlcy.ecaOauthPlcy-meta.xml"
ENABLED = f"{BASE}/extlClntAppPolicies/Acme_Uat_plcy.ecaPlcy-meta.xml"
CREDENTIAL = f"{BASE}/externalCredentials/Acme.externalCredential-meta.xml"
REMOTE_SITE = f"{BASE}/remoteSiteSettings/Acme.remoteSite-meta.xml"
APEX = f"{BASE}/classes/AcmeLogin.cls"
STORED = f"{BASE}/certs/Acme_Signing.crt"
SOAP = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


class Project(NamedTuple):
    """Files, the modes of some, and what is kept out of git."""

    files: Mapping[str, bytes]
    modes: Mapping[str, int]
    ignored: str
    """The content of .gitignore."""

    def text(self, path: str) -> str:
        """A file as text."""
        return self.files[path].decode()

    def with_(self, path: str, content: str | bytes) -> Project:
        """With another content."""
        data = content.encode() if isinstance(content, str) else content
        return self._replace(files={**self.files, path: data})

    def without(self, path: str) -> Project:
        """Without a file."""
        return self._replace(files={name: each for name, each in self.files.items() if name != path})

    def changed(self, path: str, before: str, after: str) -> Project:
        """With one passage changed, which is there once."""
        text = self.text(path)
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {path}"
        return self.with_(path, text.replace(before, after))


def _config() -> str:
    return f"""\
project = "."

[environments.production]
org = "production"
app = "connected-app"
app-name = "Acme_Integration"
endpoint = "https://acme-demo.my.salesforce.com/services/oauth2/token"
aud = "https://acme-demo.my.salesforce.com"
iss = "{ISS}"
sub = "integration@acme-demo.example"
certificates = ["certs/production.crt"]
key = "{PRODUCTION_KEY}"
lifetime = 180

[environments.uat]
org = "sandbox"
app = "external-client-app"
endpoint = "https://acme-demo--uat.sandbox.my.salesforce.com/services/oauth2/token"
aud = "https://acme-demo--uat.sandbox.my.salesforce.com"
iss = "{UAT_ISS}"
sub = "integration@acme-demo.example.uat"
certificates = ["certs/uat.crt"]
key = "{UAT_KEY}"
"""


def _connected_app() -> str:
    certificate = minting.certificate("match").decode()
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ConnectedApp {SOAP}>
    <contactEmail>admin@acme-demo.example</contactEmail>
    <label>Acme Integration</label>
    <oauthConfig>
        <callbackUrl>https://login.salesforce.com/services/oauth2/success</callbackUrl>
        <certificate>{certificate}</certificate>
        <consumerKey>{ISS}</consumerKey>
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
"""


def _external_client_app() -> dict[str, str]:
    pem = minting.certificate("other").decode()
    bare = "".join(line for line in pem.splitlines() if "-----" not in line)
    return {
        ECA: f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ExternalClientApplication {SOAP}>
    <contactEmail>admin@acme-demo.example</contactEmail>
    <distributionState>Local</distributionState>
    <label>Acme Uat</label>
</ExternalClientApplication>
""",
        GLOBAL: f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ExtlClntAppGlobalOauthSettings {SOAP}>
    <callbackUrl>https://login.salesforce.com/services/oauth2/success</callbackUrl>
    <certificate>{bare}</certificate>
    <consumerKey>{UAT_ISS}</consumerKey>
    <externalClientApplication>Acme_Uat</externalClientApplication>
    <label>Acme_Uat_glbloauth</label>
</ExtlClntAppGlobalOauthSettings>
""",
        SCOPES: f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ExtlClntAppOauthSettings {SOAP}>
    <commaSeparatedOauthScopes>Api, RefreshToken</commaSeparatedOauthScopes>
    <externalClientApplication>Acme_Uat</externalClientApplication>
    <label>Acme_Uat_oauth</label>
</ExtlClntAppOauthSettings>
""",
        POLICIES: f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ExtlClntAppOauthConfigurablePolicies {SOAP}>
    <commaSeparatedPermissionSet>Acme_Uat</commaSeparatedPermissionSet>
    <externalClientApplication>Acme_Uat</externalClientApplication>
    <ipRelaxationPolicyType>Bypass</ipRelaxationPolicyType>
    <label>Acme_Uat_oauthPlcy</label>
    <permittedUsersPolicyType>AdminApprovedPreAuthorized</permittedUsersPolicyType>
    <refreshTokenPolicyType>Infinite</refreshTokenPolicyType>
</ExtlClntAppOauthConfigurablePolicies>
""",
        ENABLED: f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ExtlClntAppConfigurablePolicies {SOAP}>
    <externalClientApplication>Acme_Uat</externalClientApplication>
    <isEnabled>true</isEnabled>
    <isOauthPluginEnabled>true</isOauthPluginEnabled>
    <label>Acme_Uat_plcy</label>
</ExtlClntAppConfigurablePolicies>
""",
    }


def _parameter(kind: str, name: str, value: str) -> str:
    return f"""\
    <externalCredentialParameters>
        <parameterGroup>DefaultGroup</parameterGroup>
        <parameterName>{name}</parameterName>
        <parameterType>{kind}</parameterType>
        <parameterValue>{value}</parameterValue>
    </externalCredentialParameters>
"""


def _credential() -> str:
    parameters = "".join(
        (
            _parameter("AuthProtocolVariant", "Oauth", "JwtBearer"),
            _parameter("AuthProviderUrl", "AuthProviderUrl", "https://acme-demo.my.salesforce.com/services/oauth2/token"),
            _parameter("JwtBodyClaim", "iss", f"&quot;{ISS}&quot;"),
            _parameter("JwtBodyClaim", "sub", "&quot;integration@acme-demo.example&quot;"),
            _parameter("JwtBodyClaim", "aud", "&quot;https://acme-demo.my.salesforce.com&quot;"),
            _parameter("JwtHeaderClaim", "alg", "&quot;RS256&quot;"),
        )
    )
    signing = """\
    <externalCredentialParameters>
        <certificate>Acme_Signing</certificate>
        <parameterName>SigningCertificate</parameterName>
        <parameterType>SigningCertificate</parameterType>
    </externalCredentialParameters>
"""
    return f"""\
<?xml version="1.0" encoding="UTF-8"?>
<ExternalCredential {SOAP}>
    <authenticationProtocol>Oauth</authenticationProtocol>
{parameters}{signing}    <label>Acme</label>
</ExternalCredential>
"""


_APEX = f"""\
public with sharing class AcmeLogin {{
    public static String token() {{
        Auth.JWT jwt = new Auth.JWT();
        jwt.setIss('{ISS}');
        jwt.setSub('integration@acme-demo.example');
        jwt.setAud('https://acme-demo.my.salesforce.com');
        jwt.setValidityLength(180);
        Auth.JWS jws = new Auth.JWS(jwt, 'Acme_Signing');
        Auth.JWTBearerTokenExchange bearer = new Auth.JWTBearerTokenExchange('https://acme-demo.my.salesforce.com/services/oauth2/token', jws);
        return bearer.getAccessToken();
    }}
}}
"""


def healthy() -> Project:
    """A project in which there is nothing to object to."""
    texts = {
        "sfdx-project.json": '{"packageDirectories": [{"path": "force-app", "default": true}], "sourceApiVersion": "62.0"}\n',
        CONFIG: _config(),
        CONNECTED: _connected_app(),
        **_external_client_app(),
        CREDENTIAL: _credential(),
        REMOTE_SITE: f"""\
<?xml version="1.0" encoding="UTF-8"?>
<RemoteSiteSetting {SOAP}>
    <disableProtocolSecurity>false</disableProtocolSecurity>
    <isActive>true</isActive>
    <url>https://acme-demo.my.salesforce.com</url>
</RemoteSiteSetting>
""",
        APEX: _APEX,
    }
    data = {
        PRODUCTION_KEY: minting.private_pem("match"),
        UAT_KEY: minting.private_pem("other"),
        "certs/production.crt": minting.certificate("match"),
        "certs/uat.crt": minting.certificate("other"),
        STORED: minting.certificate("match"),
    }
    files = {**{path: text.encode() for path, text in texts.items()}, **data}
    return Project(files, {PRODUCTION_KEY: 0o600, UAT_KEY: 0o600}, "keys/\nextlClntAppGlobalOauthSets/\n")


class Fault(NamedTuple):
    """A way to break the healthy project, and the rule that must find it."""

    rule: str
    where: str
    """The environment that must have the finding; ``project`` for the project as a whole."""
    plant: Callable[[Project], Project]


def _expired(project: Project) -> Project:
    """The same key, so that nothing else is wrong."""
    return project.with_("certs/production.crt", minting.certificate("expired"))


def _other_org(project: Project) -> Project:
    """Both values of the sandbox lead to production."""
    wrong = project.text(CONFIG).replace(
        "https://acme-demo--uat.sandbox.my.salesforce.com", "https://acme-demo.my.salesforce.com"
    )
    return project.with_(CONFIG, wrong)


FAULTS: Mapping[str, Fault] = {
    "sandbox-at-production": Fault("environment-org-mismatch", "uat", _other_org),
    "iss-of-another-app": Fault(
        "iss-not-of-project-app", "production", lambda p: p.changed(CONFIG, f'iss = "{ISS}"', f'iss = "{UAT_ISS}"')
    ),
    "an-hour-of-life": Fault("exp-too-far", "production", lambda p: p.changed(CONFIG, "lifetime = 180", "lifetime = 7200")),
    "no-key-file": Fault("environment-key-missing", "production", lambda p: p.without(PRODUCTION_KEY)),
    "key-for-everybody": Fault(
        "environment-key-exposed", "uat", lambda p: p._replace(modes={**p.modes, UAT_KEY: 0o644})
    ),
    "key-of-another-pair": Fault(
        "environment-key-of-other-certificate", "uat", lambda p: p.with_(UAT_KEY, minting.private_pem("rsa3072"))
    ),
    "expired-certificate": Fault("cert-expired", "production", _expired),
    "key-in-git": Fault("secret-in-git", "uat", lambda p: p._replace(ignored=f"{PRODUCTION_KEY}\nextlClntAppGlobalOauthSets/\n")),
    "no-refresh-token-scope": Fault(
        "app-scope-refresh-token-missing", "production", lambda p: p.changed(CONNECTED, "<scopes>RefreshToken</scopes>", "")
    ),
    "users-approve-themselves": Fault(
        "app-users-approve-themselves", "production",
        lambda p: p.changed(CONNECTED, "<isAdminApproved>true", "<isAdminApproved>false"),
    ),
    "high-assurance": Fault(
        "app-session-policy-blocks", "uat",
        lambda p: p.changed(POLICIES, "    <refreshTokenPolicyType>", "    <requiredSessionLevel>HIGH_ASSURANCE</requiredSessionLevel>\n    <refreshTokenPolicyType>"),
    ),
    "policies-of-another-app": Fault(
        "app-files-apart", "project",
        lambda p: p.changed(ENABLED, ">Acme_Uat</externalClientApplication>", ">Acme_Uta</externalClientApplication>"),
    ),
    "consumer-secret-in-a-file": Fault(
        "consumer-secret-in-project", "uat",
        lambda p: p.changed(GLOBAL, "    <externalClientApplication>", f"    <consumerSecret>{'0A1B2C3D' * 8}</consumerSecret>\n    <externalClientApplication>"),
    ),
    "credential-for-the-token-url": Fault(
        "aud-token-endpoint-path", "project",
        lambda p: p.changed(CREDENTIAL, "&quot;https://acme-demo.my.salesforce.com&quot;", "&quot;https://acme-demo.my.salesforce.com/services/oauth2/token&quot;"),
    ),
    "no-remote-site": Fault("remote-site-setting-missing", "project", lambda p: p.changed(REMOTE_SITE, "<isActive>true", "<isActive>false")),
}  # fmt: skip
"""Fifteen faults: config, key, certificate, git, Connected App, External Client App and its companions, credential, remote site."""


def planted(names: Iterable[str]) -> Project:
    """The healthy project with these faults, in the order of :data:`FAULTS`."""
    wanted = set(names)
    project = healthy()
    for name, fault in FAULTS.items():
        if name in wanted:
            project = fault.plant(project)
    return project


def write(project: Project, folder: Path, *, git: bool = True) -> Path:
    """The project on the disk, with everything staged that .gitignore does not keep out."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in {**project.files, ".gitignore": project.ignored.encode()}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        if path in project.modes:
            file.chmod(project.modes[path])
    if git:
        for words in (("init", "-q"), ("add", "-A")):
            subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, env=_environment())
    return folder


def _environment() -> dict[str, str]:
    """git of this very folder, whatever hook the tests run in, and nobody's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
