String jws = Jwts.builder()
    .setHeaderParam("typ", "JWT")
    .claim("iss", "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd")
    .claim("sub", "erp@proseware-demo.example")
    .claim("aud", "https://login.salesforce.com")
    .claim("exp", System.currentTimeMillis() + 300000)
    .signWith(privateKey, SignatureAlgorithm.RS256)
    .compact();
