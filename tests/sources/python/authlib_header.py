import time
from authlib.jose import jwt

DEFAULT_LIFETIME = 180


def build_assertion(consumer_key, username, key, lifetime=DEFAULT_LIFETIME):
    expires_at = int(time.time()) + DEFAULT_LIFETIME
    header = {"alg": "RS256"}
    claims = {"iss": consumer_key, "sub": username, "aud": "https://login.salesforce.com", "exp": expires_at}
    return jwt.encode(header, claims, key).decode("ascii")
