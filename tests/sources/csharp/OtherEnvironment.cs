using System.IdentityModel.Tokens.Jwt;
using RestSharp;

public class Bridge
{
    public string Login(SecurityKey key)
    {
        var jwt = new JwtSecurityToken(
            issuer: "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
            audience: "https://test.salesforce.com",
            claims: new List<Claim> { new Claim(JwtRegisteredClaimNames.Sub, "payroll@lucerne-demo.example") },
            expires: DateTime.UtcNow.AddSeconds(300),
            signingCredentials: new SigningCredentials(key, "RS256"));

        var client = new RestClient("https://login.salesforce.com/services/oauth2/token");
        var request = new RestRequest { Method = Method.Post };
        request.AddParameter("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        request.AddParameter("assertion", new JwtSecurityTokenHandler().WriteToken(jwt));
        return client.Execute(request).Content;
    }
}
