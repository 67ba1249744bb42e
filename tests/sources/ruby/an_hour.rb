require 'jwt'

issued = Time.now.to_i
claims = { iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
           sub: 'jobs@vanarsdel-demo.example',
           aud: 'https://login.salesforce.com',
           iat: issued,
           exp: issued + 3600 }
token = JWT.encode(claims, private_key, 'RS256')
