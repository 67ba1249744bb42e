import java.time.LocalDateTime;
import java.time.ZoneOffset;

class Assertions {
    String make(java.security.Key key) {
        long exp = LocalDateTime.now().plusMinutes(3).toEpochSecond(ZoneOffset.UTC);
        return io.jsonwebtoken.Jwts.builder()
            .setIssuer("3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd")
            .setSubject("batch@proseware-demo.example")
            .setAudience("https://login.salesforce.com")
            .claim("exp", exp)
            .signWith(key, io.jsonwebtoken.SignatureAlgorithm.RS256)
            .compact();
    }
}
