import time
import jwt


def remaining(token, public_key):
    """Seconds that this access token may still be used."""
    claims = jwt.decode(token, public_key, algorithms=["RS256"], audience="https://api.woodgrove-demo.example")
    return claims["exp"] - int(time.time())


def header_of(token):
    return jwt.get_unverified_header(token)
