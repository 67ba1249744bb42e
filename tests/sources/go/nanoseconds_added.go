// fails about every third time: expired authorization code
token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
	"iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
	"sub": "worker@relecloud-demo.example",
	"aud": "https://login.salesforce.com",
	"exp": time.Now().Add(180).Unix(),
})
assertion, err := token.SignedString(rsaKey)
