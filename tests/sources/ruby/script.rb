require "jwt"
require "net/http"

LOGIN = "https://login.salesforce.com"

key = OpenSSL::PKey::RSA.new(File.read("server.key"))
payload = {
  iss: "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
  sub: "jobs@vanarsdel-demo.example",
  aud: LOGIN,
  exp: Time.now.to_i + 180
}
assertion = JWT.encode(payload, key, "RS256")

res = Net::HTTP.post_form(
  URI("#{LOGIN}/services/oauth2/token"),
  grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
  assertion: assertion
)
puts res.body
