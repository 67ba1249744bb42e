from calendar import timegm
from datetime import datetime

import jwt


def jwt_for_org(key):
    payload = {
        "alg": "RS256",
        "iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
        "sub": "ci@tailspin-demo.example",
        "aud": "https://login.salesforce.com",
        "exp": timegm(datetime.utcnow().utctimetuple()),
    }
    return jwt.encode(payload, key, algorithm="RS256")
