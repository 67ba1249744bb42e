require 'jwt'

payload = {
  'iss' => '3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW',
  'sub' => 'jobs@vanarsdel-demo.example',
  'aud' => 'https://login.salesforce.com',
  'exp' => Time.now + 180
}
puts JWT.encode payload, rsa_private, 'RS256'
