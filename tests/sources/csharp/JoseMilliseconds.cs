var payload = new Dictionary<string, object>()
{
    { "iss", "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd" },
    { "sub", "invoices@lucerne-demo.example" },
    { "aud", "https://login.salesforce.com" },
    { "exp", DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds() }
};
var cert = new X509Certificate2("app.p12", password);
string token = Jose.JWT.Encode(payload, cert.GetRSAPrivateKey(), Jose.JwsAlgorithm.RS256);
