const moment = require('moment');
const jwt = require('jsonwebtoken');

const expires = moment().add(5, 'minutes').valueOf();
const options = { algorithm: 'RS256' };
const claims = { iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd', sub: 'crm-bridge@fabrikam-demo.example', aud: 'https://test.salesforce.com', exp: expires };

exports.assertion = (pem) => jwt.sign(claims, pem, options);
