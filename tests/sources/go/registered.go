claims := jwt.RegisteredClaims{
	Issuer:    "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
	Subject:   "worker@relecloud-demo.example",
	Audience:  jwt.ClaimStrings{"https://login.salesforce.com"},
	ExpiresAt: jwt.NewNumericDate(time.Now().Add(2 * time.Minute)),
}
signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(privateKey)
