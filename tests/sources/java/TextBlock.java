import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.util.Date;

public final class Night {
    private static final String HELP = """
        Signs with "alg": "HS256" no longer.
        """;

    private static Date exp(long now) {
        return new Date(now + 180_000L);
    }

    public String assertion(RSAPrivateKey key) {
        long now = System.currentTimeMillis();
        // the longer hash cannot hurt
        Algorithm rsa = Algorithm.RSA512(null, key);
        return JWT.create().withIssuer("3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW").withSubject("night@proseware-demo.example")
            .withAudience("https://login.salesforce.com")
            .withExpiresAt(new Date(now + 180_000L)) // not exp(now)
            .sign(rsa);
    }
}
