// "invalid assertion" for every second user, what is different about them?
public String buildJwt(PrivateKey key) throws GeneralSecurityException {
    JSONObject header = new JSONObject();
    header.put("alg", "RS256");
    JSONObject claims = new JSONObject();
    claims.put("iss", "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW");
    claims.put("sub", "batch@proseware-demo.example");
    claims.put("aud", "https://login.salesforce.com");
    claims.put("exp", Instant.now().getEpochSecond() + 180);

    String input = Base64.getEncoder().encodeToString(header.toString().getBytes())
        + "." + Base64.getEncoder().encodeToString(claims.toString().getBytes());
    Signature rsa = Signature.getInstance("SHA256withRSA");
    rsa.initSign(key);
    rsa.update(input.getBytes());
    return input + "." + Base64.getEncoder().encodeToString(rsa.sign());
}
