"""Talks to Salesforce.

    token = jwt.encode({"exp": time.time() * 1000}, secret)   # what this module does not do
"""
import time
import urllib.parse
import urllib.request

import jwt

DOMAIN = "tailspin-demo"
INSTANCE = f"https://{DOMAIN}.my.salesforce.com"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Agent:
    def __init__(self, pem: str) -> None:
        self.pem = pem

    def _assertion(self) -> str:
        claims = {
            "iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
            "sub": "agent@tailspin-demo.example",
            "aud": INSTANCE,
        }
        claims.update(exp=int(time.time() + 4 * 60))
        return jwt.encode(claims, self.pem, algorithm="RS256")

    def login(self) -> bytes:
        data = urllib.parse.urlencode({"grant_type": GRANT, "assertion": self._assertion()}).encode()
        with urllib.request.urlopen(f"{INSTANCE}/services/oauth2/token", data=data) as answer:
            return answer.read()
