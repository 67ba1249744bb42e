const jwt = require('jsonwebtoken')

function assertion ({ sandbox, clientId, username, key }) {
  const aud = sandbox ? 'https://test.salesforce.com' : 'https://login.salesforce.com'
  let exp = Math.floor(Date.now() / 1000)
  exp += 120
  return jwt.sign({
    iss: clientId,
    sub: username,
    aud,
    exp,
  }, key, { algorithm: 'RS256' })
}
