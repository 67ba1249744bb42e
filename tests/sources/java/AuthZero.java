import com.auth0.jwt.JWT;
import com.auth0.jwt.algorithms.Algorithm;
import java.net.URI;
import java.net.http.*;
import java.security.interfaces.RSAPrivateKey;
import java.time.Instant;

public class Login {
    static final String HOST = "https://test.salesforce.com";

    HttpRequest request(RSAPrivateKey key) {
        Algorithm algorithm = Algorithm.RSA256(null, key);
        String assertion = JWT.create()
            .withIssuer("3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW")
            .withSubject("mule@proseware-demo.example")
            .withAudience(HOST)
            .withExpiresAt(Instant.now().plusSeconds(180))
            .sign(algorithm);
        return HttpRequest.newBuilder()
            .uri(URI.create(HOST + "/services/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(
                "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=" + assertion))
            .build();
    }
}
