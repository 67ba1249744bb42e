using System.IdentityModel.Tokens.Jwt;
using System.Security.Claims;
using Microsoft.IdentityModel.Tokens;

var exp = new Claim(JwtRegisteredClaimNames.Exp, DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds().ToString(), ClaimValueTypes.Integer64);
var sub = new Claim(JwtRegisteredClaimNames.Sub, "payroll@lucerne-demo.example");
var token = new JwtSecurityToken(
    "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
    "https://login.salesforce.com",
    new[] { exp, sub },
    signingCredentials: new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256));
Console.WriteLine(new JwtSecurityTokenHandler().WriteToken(token));
