const fs = require('fs');
const jwt = require('jsonwebtoken');

const privateKey = fs.readFileSync('./server.key', 'utf8');

const jwtToken = jwt.sign(
  {
    iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    sub: 'deploy@northwind-traders.example',
    aud: 'https://login.salesforce.com',
    exp: Date.now() + 300,
  },
  privateKey,
  { algorithm: 'RS256' }
);

console.log(jwtToken);
