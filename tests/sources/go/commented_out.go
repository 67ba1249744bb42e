package sync

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const lifetime = 5 * time.Minute

// Assertion was signed with ES256 before; see the history.
func Assertion(key any) (string, error) {
	// claims["exp"] = time.Now().UnixMilli() + 300000
	claims := make(jwt.MapClaims)
	claims["iss"] = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd"
	claims["sub"] = "sync@relecloud-demo.example"
	claims["aud"] = "https://relecloud-demo.my.salesforce.com"
	claims["exp"] = time.Now().Add(lifetime).Unix()
	/* token := jwt.NewWithClaims(jwt.SigningMethodES256, claims) */
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	return token.SignedString(key)
}
