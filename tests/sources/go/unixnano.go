package main

import (
	"time"

	jwt "github.com/dgrijalva/jwt-go"
)

func sign(key interface{}) (string, error) {
	exp := time.Now().Add(180 * time.Second).UnixNano()
	token := jwt.New(jwt.SigningMethodRS256)
	claims := token.Claims.(jwt.MapClaims)
	claims["iss"] = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd"
	claims["sub"] = "worker@relecloud-demo.example"
	claims["aud"] = "https://login.salesforce.com"
	claims["exp"] = exp
	return token.SignedString(key)
}
