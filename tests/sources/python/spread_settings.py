import time

from jose import jwt
from jose.constants import ALGORITHMS

from .settings import identity  # {"iss": …, "sub": …} of the environment


def assertion(key: str) -> str:
    claims = {
        **identity(),
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHMS.RS256)
