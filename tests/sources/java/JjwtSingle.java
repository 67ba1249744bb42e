@Component
public class TokenProvider {
    @Value("${salesforce.client-id}")
    private String clientId;

    public String sign(PrivateKey privateKey) {
        final Instant issued = Instant.now();
        return Jwts.builder()
            .issuer(clientId)
            .subject("erp@proseware-demo.example")
            .audience().single("https://login.salesforce.com")
            .expiration(Date.from(issued.plus(2, ChronoUnit.MINUTES)))
            .signWith(privateKey, Jwts.SIG.RS256)
            .compact();
    }
}
