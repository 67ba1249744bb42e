package middleware

import (
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func Guard(next http.Handler, keys jwt.Keyfunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		token, err := jwt.Parse(raw, keys, jwt.WithValidMethods([]string{"RS256"}))
		if err != nil || !token.Valid {
			http.Error(w, time.Now().Add(5*time.Minute).String(), http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}
