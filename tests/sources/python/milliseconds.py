import time
import jwt

now_ms = round(time.time() * 1000)
payload = {
    "iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
    "sub": "loader@woodgrove-demo.example",
    "aud": "https://login.salesforce.com",
    "exp": now_ms + 5 * 60 * 1000,
}
token = jwt.encode(payload, key=open("server.key").read(), algorithm="RS256")
