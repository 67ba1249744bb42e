require 'base64'
require 'json'
require 'openssl'

header = { alg: 'RS256' }
claims = {
  iss: '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
  sub: 'jobs@vanarsdel-demo.example',
  aud: 'https://login.salesforce.com',
  exp: Time.now.to_i + 180
}
input = Base64.strict_encode64(header.to_json) + '.' + Base64.strict_encode64(claims.to_json)
key = OpenSSL::PKey::RSA.new(File.read('server.key'))
signature = key.sign(OpenSSL::Digest::SHA256.new, input)
puts input + '.' + Base64.strict_encode64(signature)
