from datetime import datetime, timedelta, timezone

import jwt
import requests

LOGIN = 'https://login.salesforce.com'


def session(key_file):
    expires = datetime.now(timezone.utc) + timedelta(minutes=3)
    claims = {
        'iss': '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
        'sub': 'svc.reporting@tailspin-demo.example',
        'aud': LOGIN,
        'exp': f'{int(expires.timestamp())}',
    }
    with open(key_file) as file:
        assertion = jwt.encode(claims, file.read(), algorithm='RS256')
    answer = requests.post(
        f'{LOGIN}/services/oauth2/token',
        data={'grant_type': 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'assertion': assertion},
    )
    answer.raise_for_status()
    return answer.json()
