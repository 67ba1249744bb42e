package salesforce

import (
	"crypto/rsa"
	"net/http"
	"net/url"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	loginURL    = "https://login.salesforce.com"
	consumerKey = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd"
)

func Login(key *rsa.PrivateKey) (*http.Response, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": consumerKey,
		"sub": "worker@relecloud-demo.example",
		"aud": loginURL,
		"exp": time.Now().Add(3 * time.Minute).Unix(),
	})
	assertion, err := token.SignedString(key)
	if err != nil {
		return nil, err
	}
	return http.PostForm(loginURL+"/services/oauth2/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"},
		"assertion":  {assertion},
	})
}
