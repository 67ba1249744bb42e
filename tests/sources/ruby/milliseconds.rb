def assertion(key)
  claims = {
    :iss => '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    :sub => 'jobs@vanarsdel-demo.example',
    :aud => 'https://login.salesforce.com',
    :exp => (Time.now.to_f * 1000).to_i + 300_000
  }
  JWT.encode(claims, key, 'RS256')
end
