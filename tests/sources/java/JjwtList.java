package example.salesforce;

import io.jsonwebtoken.Jwts;
import java.security.interfaces.RSAPrivateKey;
import java.time.Instant;
import java.util.Date;

final class Grant {
    String assertion(RSAPrivateKey key) {
        Instant now = Instant.now();
        return Jwts.builder()
                .issuer("3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW")
                .subject("erp@proseware-demo.example")
                .audience().add("https://login.salesforce.com").and()
                .expiration(Date.from(now.plusSeconds(180)))
                .signWith(key, Jwts.SIG.RS256)
                .compact();
    }
}
