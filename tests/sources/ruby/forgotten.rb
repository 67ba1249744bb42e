# the smallest that could work, or so I thought
require 'jwt'
payload = { iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd', sub: 'jobs@vanarsdel-demo.example', aud: 'https://login.salesforce.com' }
jwt = JWT.encode(payload, OpenSSL::PKey::RSA.new(IO.read('key.pem')), 'RS256')
