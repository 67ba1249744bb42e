package main

import (
	"fmt"
	"os"
	"time"

	"github.com/golang-jwt/jwt/v4"
)

func main() {
	pem, _ := os.ReadFile("server.key")
	key, err := jwt.ParseRSAPrivateKeyFromPEM(pem)
	if err != nil {
		panic(err)
	}
	claims := jwt.MapClaims{
		"iss": os.Getenv("SF_CLIENT_ID"),
		"sub": "worker@relecloud-demo.example",
		"aud": "https://login.salesforce.com",
		"exp": time.Now().Add(5 * time.Minute).UnixMilli(),
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	fmt.Println(token.SignedString(key))
}
