import sys
import time
import jwt

if '--sandbox' in sys.argv:
    audience = 'https://test.salesforce.com'
else:
    audience = 'https://login.salesforce.com'

username = input('User name: ')
claims = {
    'iss': '3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW',
    'sub': username,
    'aud': audience,
    'exp': int(time.time()) + 180,
}
print(jwt.encode(claims, sys.stdin.read(), 'RS256'))
