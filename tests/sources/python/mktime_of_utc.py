# works on the server in Virginia, not on my laptop in Pune
from datetime import datetime, timedelta
from time import mktime
from jose import jwt

def make(key):
    expires = datetime.utcnow() + timedelta(seconds=120)
    claims = dict(
        iss="3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
        sub="billing@wingtip-demo.example",
        aud="https://test.salesforce.com",
        exp=int(mktime(expires.timetuple())),
    )
    return jwt.encode(claims, key, algorithm="RS256")
