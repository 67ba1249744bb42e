import os
import time
import jwt

client_secret = os.environ["SF_CLIENT_SECRET"]

assertion = jwt.encode(
    {
        "iss": "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
        "sub": "api@wingtip-demo.example",
        "aud": "https://login.salesforce.com",
        "exp": round(time.time()) + 180,
    },
    client_secret,
)
