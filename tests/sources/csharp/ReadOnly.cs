using System.IdentityModel.Tokens.Jwt;

public static class Look
{
    public static bool StillValid(string token)
    {
        var jwt = new JwtSecurityTokenHandler().ReadJwtToken(token);
        var exp = long.Parse(jwt.Claims.First(c => c.Type == "exp").Value);
        return exp * 1000 > DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    }
}
