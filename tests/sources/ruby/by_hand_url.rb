require "openssl"
require "json"
require "base64"

def b64(text) = Base64.urlsafe_encode64(text, padding: false)

def assertion(pem)
  claims = {
    iss: "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
    sub: "jobs@vanarsdel-demo.example",
    aud: "https://login.salesforce.com",
    exp: Time.now.to_i + 2 * 60
  }
  input = "#{b64(JSON.generate(alg: "RS256"))}.#{b64(JSON.generate(claims))}"
  signature = OpenSSL::PKey::RSA.new(pem).sign("SHA256", input)
  "#{input}.#{b64(signature)}"
end
