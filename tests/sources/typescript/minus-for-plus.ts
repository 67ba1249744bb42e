import * as jwt from 'jsonwebtoken';

const FIVE_MINUTES = 5 * 60;

export function makeAssertion(key: string) {
  const claims: jwt.JwtPayload = {
    iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    sub: 'sync@adventure-works.example',
    aud: 'https://login.salesforce.com',
    exp: Math.floor(Date.now() / 1000) - FIVE_MINUTES,
  };
  return jwt.sign(claims, key, { algorithm: 'RS256' });
}
