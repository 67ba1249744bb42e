import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.SignatureAlgorithm;
import java.security.PrivateKey;
import java.util.Date;

public class SalesforceAssertion {

    private static final String CONSUMER_KEY = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd";
    private static final long FIVE_MINUTES = 5 * 60 * 1000L;

    public static String create(PrivateKey key) {
        return Jwts.builder()
            .setIssuer(CONSUMER_KEY)
            .setSubject("erp@proseware-demo.example")
            .setAudience("https://login.salesforce.com")
            .setExpiration(new Date(System.currentTimeMillis() + FIVE_MINUTES))
            .signWith(SignatureAlgorithm.RS256, key)
            .compact();
    }
}
