import { SignJWT, importPKCS8 } from 'jose'
import { readFileSync } from 'node:fs'

const pem = readFileSync('private.pem', 'utf8')
const key = await importPKCS8(pem, 'RS256')

const assertion = await new SignJWT({})
  .setProtectedHeader({ alg: 'RS256' })
  .setIssuer('3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd')
  .setSubject('nightly@contoso-demo.example')
  .setAudience('https://login.salesforce.com')
  .setExpirationTime(300)
  .sign(key)

const res = await fetch('https://login.salesforce.com/services/oauth2/token', {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
})
console.log(await res.json())
