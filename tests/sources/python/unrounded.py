import time, jwt

claims = {"iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd"}
claims["sub"] = "api@wingtip-demo.example"
claims["aud"] = "https://login.salesforce.com"
claims["exp"] = time.time() + 300

print(jwt.encode(claims, open("key.pem", "rb").read(), "RS256"))
