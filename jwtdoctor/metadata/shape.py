"""Which file of an app says what, and where. Metadata API: ConnectedApp, ExternalClientApplication and its companions."""

from __future__ import annotations

from collections.abc import Mapping

CONNECTED_APP, EXTERNAL_CLIENT_APP = "connected-app", "external-client-app"
"""The two kinds of app, as the command line names them."""
CONNECTED = "connectedApp"
EXTERNAL = "eca"
GLOBAL_SETTINGS = "ecaGlblOauth"
SETTINGS = "ecaOauth"
POLICIES = "ecaOauthPlcy"
APP_POLICIES = "ecaPlcy"
COMPANIONS: Mapping[str, str] = {
    GLOBAL_SETTINGS: "ExtlClntAppGlobalOauthSettings",
    SETTINGS: "ExtlClntAppOauthSettings",
    POLICIES: "ExtlClntAppOauthConfigurablePolicies",
    APP_POLICIES: "ExtlClntAppConfigurablePolicies",
}
"""Suffix → root element of the files that belong to an External Client App by naming it."""

CONNECTED_VALUES: Mapping[str, str] = {
    "certificate": "oauthConfig/certificate",
    "consumer-key": "oauthConfig/consumerKey",
    "users": "oauthConfig/isAdminApproved",
    "ip": "oauthPolicy/ipRelaxation",
    "refresh": "oauthPolicy/refreshTokenPolicy",
    "session-action": "sessionPolicy/policyAction",
    "session-level": "sessionPolicy/sessionLevel",
}
EXTERNAL_VALUES: Mapping[str, Mapping[str, str]] = {
    GLOBAL_SETTINGS: {"certificate": "certificate", "consumer-key": "consumerKey"},
    POLICIES: {
        "users": "permittedUsersPolicyType",
        "ip": "ipRelaxationPolicyType",
        "session-level": "requiredSessionLevel",
        "session-action": "policyAction",
    },
    APP_POLICIES: {"enabled": "isEnabled", "oauth-enabled": "isOauthPluginEnabled"},
}
PATHS: Mapping[str, Mapping[str, str]] = {
    CONNECTED_APP: {
        **CONNECTED_VALUES,
        "scopes": "oauthConfig/scopes",
        "assigned": "profileName",
        "secret": "oauthConfig/consumerSecret",
    },
    EXTERNAL_CLIENT_APP: {
        **{name: path for values in EXTERNAL_VALUES.values() for name, path in values.items()},
        "scopes": "commaSeparatedOauthScopes",
        "assigned": "commaSeparatedProfile",
        "secret": "consumerSecret",
    },
}
"""Where a value stands in the files of each kind of app."""


HOLDERS: Mapping[str, str] = {
    **{name: suffix for suffix, values in EXTERNAL_VALUES.items() for name in values},
    "scopes": SETTINGS,
    "assigned": POLICIES,
    "secret": GLOBAL_SETTINGS,
}
"""Which companion of an External Client App says a value."""
