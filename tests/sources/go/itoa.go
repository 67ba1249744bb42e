package auth

import (
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const lifetime = 3 * time.Minute

type Credentials struct {
	ConsumerKey string
	Username    string
	PrivateKey  any
}

func assertion(c Credentials) (string, error) {
	claims := jwt.MapClaims{
		"iss": c.ConsumerKey,
		"sub": c.Username,
		"aud": "https://login.salesforce.com",
		"exp": strconv.Itoa(int(time.Now().Add(lifetime).Unix())),
	}
	return jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(c.PrivateKey)
}
