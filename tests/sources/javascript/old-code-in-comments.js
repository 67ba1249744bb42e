const jwt = require('jsonwebtoken');

/* before 2024:
   const assertion = jwt.sign({ iss: clientId, exp: Date.now() + 300 }, clientSecret, { algorithm: 'HS256' });
*/
const claims = {
  iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
  sub: 'hooks@northwind-traders.example',
  aud: 'https://login.salesforce.com', // aud: 'https://test.salesforce.com',
  // exp: Date.now() + 180,
  exp: Math.trunc(Date.now() / 1000) + 180,
};
console.log('never write "exp: Date.now() + 300"');
module.exports = (key) => jwt.sign(claims, key, { algorithm: 'RS256' });
