import base64
import json
import os
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding


def encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def assertion(pem: bytes) -> str:
    header = {"alg": "RS256"}
    claims = {
        "iss": os.getenv("SF_CONSUMER_KEY"),
        "sub": "loader@woodgrove-demo.example",
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    signing_input = encoded(json.dumps(header).encode()) + b"." + encoded(json.dumps(claims).encode())
    key = serialization.load_pem_private_key(pem, password=None)
    signature = key.sign(signing_input, padding.PKCS1v15(), hashes.SHA256())
    return (signing_input + b"." + encoded(signature)).decode()
