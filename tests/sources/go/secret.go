package main

func assertion(consumerSecret string) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
		"sub": "worker@relecloud-demo.example",
		"aud": "https://login.salesforce.com",
		"exp": time.Now().Unix() + 180,
	})
	return token.SignedString([]byte(consumerSecret))
}
