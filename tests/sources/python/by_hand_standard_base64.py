import json, time
from base64 import b64encode
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15

header = {'alg': 'RS256', 'typ': 'JWT'}
claims = {
    'iss': '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    'sub': 'loader@woodgrove-demo.example',
    'aud': 'https://login.salesforce.com',
    'exp': int(time.time()) + 180,
}
message = b64encode(json.dumps(header).encode()) + b'.' + b64encode(json.dumps(claims).encode())
key = RSA.import_key(open('server.key').read())
signature = pkcs1_15.new(key).sign(SHA256.new(message))
jwt = message + b'.' + b64encode(signature)
print(jwt.decode())
