const jwt = require('jsonwebtoken');
const token = jwt.sign(
  { iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd', sub: 'hooks@northwind-traders.example', aud: 'https://login.salesforce.com' },
  privateKey,
  { algorithm: 'RS256',
    expiresIn: Math.floor(Date.now() / 1000) + 300 });
