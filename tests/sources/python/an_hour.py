import time

import jwt


class TokenSource:
    """Signs with the key given and keeps nothing."""

    LIFETIME = 3600

    def __init__(self, private_key):
        self._key = private_key

    def assertion(self):
        payload = {
            "iss": "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
            "sub": "cdp.reader@tailspin-demo.example",
            "aud": "https://login.salesforce.com",
            "exp": int(time.time()) + 3600,
        }
        return jwt.encode(payload, self._key, algorithm="RS256")
