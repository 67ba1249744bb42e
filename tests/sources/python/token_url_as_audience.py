import time
import jwt
import requests

TOKEN_URL = 'https://login.salesforce.com/services/oauth2/token'

now = int(time.time())
assertion = jwt.encode({'iss': '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd', 'sub': 'loader@woodgrove-demo.example',
                        'aud': TOKEN_URL, 'iat': now,
                        'exp': now + 180}, open('server.key').read(), algorithm='RS256')
answer = requests.post(TOKEN_URL, data=dict(grant_type='urn:ietf:params:oauth:grant-type:jwt-bearer', assertion=assertion))
