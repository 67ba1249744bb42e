using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Lucerne.Crm;

public class AssertionFactory(IConfiguration configuration)
{
    public string Build(X509Certificate2 certificate)
    {
        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = configuration["Salesforce:ConsumerKey"],
            Audience = "https://login.salesforce.com",
            Subject = new ClaimsIdentity(new[] { new Claim("sub", "invoices@lucerne-demo.example") }),
            Expires = DateTime.Now.AddMinutes(2), // local time that knows it is local
            SigningCredentials = new X509SigningCredentials(certificate, SecurityAlgorithms.RsaSha256),
        };
        return new JsonWebTokenHandler().CreateToken(descriptor);
    }
}
