func assertion(key *rsa.PrivateKey) string {
	header, _ := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT"})
	claims, _ := json.Marshal(map[string]any{
		"iss": "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
		"sub": "worker@relecloud-demo.example",
		"aud": "https://login.salesforce.com",
		"exp": time.Now().Add(5 * time.Minute).Unix(),
	})
	input := base64.StdEncoding.EncodeToString(header) + "." + base64.StdEncoding.EncodeToString(claims)
	sum := sha256.Sum256([]byte(input))
	sig, _ := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	return input + "." + base64.StdEncoding.EncodeToString(sig)
}
