import io.jsonwebtoken.*;

class Guard {
    boolean allowed(String token, PublicKey key) {
        Claims claims = Jwts.parserBuilder().setSigningKey(key).build().parseClaimsJws(token).getBody();
        DecodedJWT other = com.auth0.jwt.JWT.decode(token);
        return claims.getExpiration().getTime() > System.currentTimeMillis() + 300 && other.getKeyId() != null;
    }
}
