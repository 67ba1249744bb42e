var crypto = require('crypto');
var request = require('request');

var AUD = 'https://login.salesforce.com';

function base64url(text) {
  return Buffer.from(text).toString('base64').replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

module.exports = function login(key, done) {
  var claims = {
    iss: "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
    sub: "integration@fabrikam-demo.example",
    aud: AUD,
    exp: Math.round(new Date().getTime() / 1000) + 180
  };
  var input = base64url(JSON.stringify({ alg: "RS256" })) + '.' + base64url(JSON.stringify(claims));
  var signature = crypto.createSign('RSA-SHA256').update(input).sign(key, 'base64')
    .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  request.post({
    url: AUD + '/services/oauth2/token',
    form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: input + '.' + signature }
  }, done);
};
