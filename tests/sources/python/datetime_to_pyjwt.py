from datetime import datetime, timedelta

import httpx
import jwt

BASE = "https://wingtip-demo--dev.sandbox.my.salesforce.com"
TOKEN_URL = BASE + "/services/oauth2/token"


async def fetch(key: str) -> str:
    payload = {
        "iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
        "sub": "api@wingtip-demo.example",
        "aud": BASE,
        # PyJWT turns datetimes of these claims into seconds, and takes naive ones for UTC
        "exp": datetime.utcnow() + timedelta(minutes=3),
    }
    token = jwt.encode(payload, key, algorithm="RS256")
    async with httpx.AsyncClient() as client:
        answer = await client.post(TOKEN_URL, data={
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": token})
    return answer.json()["access_token"]
