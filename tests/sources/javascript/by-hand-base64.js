const crypto = require('crypto');

function sign(privateKey) {
  const header = { alg: 'RS256' };
  const claims = {
    iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    sub: 'integration@fabrikam-demo.example',
    aud: 'https://login.salesforce.com',
    exp: Math.floor(Date.now() / 1000) + 180
  };
  const head = Buffer.from(JSON.stringify(header)).toString('base64');
  const body = Buffer.from(JSON.stringify(claims)).toString('base64');
  const signer = crypto.createSign('RSA-SHA256');
  signer.update(head + '.' + body);
  return head + '.' + body + '.' + signer.sign(privateKey, 'base64');
}
