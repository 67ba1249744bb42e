Map<String, Object> claims = new HashMap<>();
claims.put("iss", "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd");
claims.put("sub", "batch@proseware-demo.example");
claims.put("aud", "https://login.salesforce.com");
claims.put("exp", 180);

String token = Jwts.builder().setClaims(claims).signWith(SignatureAlgorithm.RS256, privateKey).compact();
