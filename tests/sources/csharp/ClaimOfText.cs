var claims = new List<Claim>
{
    new Claim("iss", "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd"),
    new Claim("sub", "payroll@lucerne-demo.example"),
    new Claim("aud", "https://login.salesforce.com"),
    new Claim("exp", DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds().ToString()),
};
var jwt = new JwtSecurityToken(claims: claims, signingCredentials: new SigningCredentials(key, SecurityAlgorithms.RsaSha256));
var assertion = new JwtSecurityTokenHandler().WriteToken(jwt);
