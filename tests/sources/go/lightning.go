package main

const orgURL = "https://relecloud-demo.lightning.force.com"

func assertion(key *rsa.PrivateKey) string {
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
		"sub": "worker@relecloud-demo.example",
		"aud": orgURL,
		"exp": jwt.NewNumericDate(time.Now().Add(time.Second * 180)),
	})
	s, err := t.SignedString(key)
	if err != nil {
		log.Fatal(err)
	}
	return s
}
