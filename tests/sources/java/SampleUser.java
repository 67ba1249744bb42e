var claims = new JWTClaimsSet.Builder()
    .issuer("3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW")
    .subject("user@example.com")
    .audience("https://login.salesforce.com")
    .expirationTime(Date.from(Instant.now().plus(Duration.ofMinutes(5))))
    .build();
var header = new JWSHeader.Builder(JWSAlgorithm.RS256).type(JOSEObjectType.JWT).build();
var jwt = new SignedJWT(header, claims);
jwt.sign(new RSASSASigner(privateKey));
