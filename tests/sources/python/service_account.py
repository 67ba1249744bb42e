import time
import jwt
import requests

issued = int(time.time())
claims = {
    "iss": "reader@acme-project.iam.gserviceaccount.com",
    "sub": "calendar.owner@acme-demo.example",
    "scope": "https://www.googleapis.com/auth/calendar.readonly",
    "aud": "https://oauth2.googleapis.com/token",
    "iat": issued,
    "exp": issued + 3600,
}
signed = jwt.encode(claims, key, algorithm="RS256", headers={"kid": key_id})
token = requests.post("https://oauth2.googleapis.com/token", data={
    "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "assertion": signed,
}).json()
