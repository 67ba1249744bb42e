"""Claims written as one text with places in it, and other ways to hand them over."""

from __future__ import annotations

from typing import Any

import pytest

from jwtdoctor import source

NOW = 1795435200
ALL = {"sub": "ops@acme.example", "aud": "https://login.salesforce.com", "exp": NOW + 180}

TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "java": (
        """
        String claims = String.format("{\\"iss\\":\\"%s\\",\\"sub\\":\\"%s\\",\\"aud\\":\\"%s\\",\\"exp\\":%d}",
            key, "ops@acme.example", "https://login.salesforce.com", System.currentTimeMillis() / 1000 + 180);
        Signature signature = Signature.getInstance("SHA256withRSA"); // for the jwt
        """,
        ALL,
    ),
    "java-message": (
        """
        String template = "'{'\\"iss\\": \\"{0}\\", \\"sub\\": \\"{1}\\", \\"aud\\": \\"{2}\\", \\"exp\\": \\"{3}\\"'}'";
        String[] values = new String[4];
        values[0] = key;
        values[1] = "ops@acme.example";
        values[2] = "https://login.salesforce.com";
        values[3] = Long.toString((System.currentTimeMillis() / 1000) + 180);
        MessageFormat claims;
        claims = new MessageFormat(template);
        String payload = claims.format(values);
        Signature signature = Signature.getInstance("SHA256withRSA"); // for the jwt
        """,
        ALL | {"exp": str(NOW + 180)},
    ),
    "csharp": (
        """
        var exp = DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds();
        var claims = string.Format("{{\\"iss\\":\\"{0}\\",\\"sub\\":\\"{1}\\",\\"aud\\":\\"{2}\\",\\"exp\\":{3}}}",
            key, "ops@acme.example", "https://login.salesforce.com", exp);
        var signature = rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        """,
        ALL,
    ),
    "php": (
        """<?php
        $claims = sprintf('{"iss":"%s","sub":"%s","aud":"%s","exp":%d}',
            $key, 'ops@acme.example', 'https://login.salesforce.com', time() + 180);
        openssl_sign($claims, $signature, $pem, 'sha256');
        """,
        ALL,
    ),
    "php-namespace": (
        """<?php
        return \\Firebase\\JWT\\JWT::encode(['iss' => $key, 'sub' => 'ops@acme.example',
            'aud' => 'https://login.salesforce.com', 'exp' => \\time() + 180], $pem, 'RS256');
        """,
        ALL,
    ),
    "go": (
        """
        claims := fmt.Sprintf(`{"iss":"%s","sub":"%s","aud":"%s","exp":%d}`,
            key, "ops@acme.example", "https://login.salesforce.com", time.Now().Unix()+180)
        signature, err := rsa.SignPKCS1v15(rand.Reader, pem, crypto.SHA256, sum)
        """,
        ALL,
    ),
    "go-claim-set": (
        """
        claims := &jws.ClaimSet{Iss: key, Sub: "ops@acme.example", Aud: "https://login.salesforce.com",
            Exp: time.Now().Add(3 * time.Minute).Unix()}
        token, err := jws.Encode(&jws.Header{Algorithm: "RS256", Typ: "JWT"}, claims, pem)
        """,
        ALL,
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_claims_of_a_pattern(name: str) -> None:
    """What is put in the places is read, and what the code does not show is unknown."""
    text, claims = TEXTS[name]
    (sketch,) = source.read(text, NOW)

    assert dict(sketch.claims) == claims
    assert "payload.iss" in sketch.unknown


def test_a_pattern_with_too_few_values_is_not_read() -> None:
    """A text that the formatter itself would refuse shows no claims."""
    text, _ = TEXTS["go"]

    assert source.read(text.replace(", time.Now().Unix()+180", ""), NOW) == []
