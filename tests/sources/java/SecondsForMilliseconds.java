import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;

public class Assertion {
    /** Five minutes, or so it was meant: Date counts milliseconds. */
    private static final int LIFETIME = 300;

    public String sign(RSAKeyProvider keys) {
        return JWT.create()
            .withIssuer("3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd")
            .withSubject("batch@proseware-demo.example")
            .withAudience("https://login.salesforce.com")
            .withExpiresAt(new Date(System.currentTimeMillis() + LIFETIME))
            .sign(Algorithm.RSA256(keys));
    }
}
