using System;
using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

public static class SalesforceAssertion
{
    private const string ConsumerKey = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd";

    public static string Create(RSA rsa)
    {
        var credentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256);
        var token = new JwtSecurityToken(
            issuer: ConsumerKey,
            audience: "https://login.salesforce.com",
            claims: new[] { new Claim("sub", "invoices@lucerne-demo.example") },
            expires: DateTime.UtcNow.AddMinutes(3),
            signingCredentials: credentials);
        return new JwtSecurityTokenHandler().WriteToken(token);
    }
}
