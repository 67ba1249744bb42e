import time
from authlib.jose import JsonWebToken

token = JsonWebToken(['RS256']).encode(
    {'alg': 'RS256'},
    {'iss': '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd', 'sub': 'agent@tailspin-demo.example', 'aud': 'https://login.salesforce.com',
     'exp': time.time_ns() + 180 * 1_000_000_000},
    key,
)
