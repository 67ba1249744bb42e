import datetime
import jwt, requests

private_key = open("server.key").read()

claim = {
    "iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
    "sub": "billing@wingtip-demo.example",
    "aud": "https://login.salesforce.com",
    "exp": int((datetime.datetime.utcnow() + datetime.timedelta(minutes=3)).timestamp()),
}
assertion = jwt.encode(claim, private_key, algorithm="RS256", headers={"alg": "RS256"})
r = requests.post("https://login.salesforce.com/services/oauth2/token", data={
    "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "assertion": assertion,
})
print(r.status_code, r.text)
