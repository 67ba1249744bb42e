package sandbox

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dgrijalva/jwt-go"
)

func request(key interface{}) (*http.Request, error) {
	claims := &jwt.StandardClaims{
		Issuer:    "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
		Subject:   "worker@relecloud-demo.example",
		Audience:  "https://test.salesforce.com",
		ExpiresAt: time.Now().Unix() + 300,
	}
	assertion, err := jwt.NewWithClaims(jwt.GetSigningMethod("RS256"), claims).SignedString(key)
	if err != nil {
		return nil, err
	}
	form := url.Values{}
	form.Set("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
	form.Set("assertion", assertion)
	return http.NewRequest("POST", "https://test.salesforce.com/services/oauth2/token", strings.NewReader(form.Encode()))
}
