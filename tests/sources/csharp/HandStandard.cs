using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

static string Assertion(RSA rsa)
{
    var header = new { alg = "RS256" };
    var claims = new
    {
        iss = "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
        sub = "payroll@lucerne-demo.example",
        aud = "https://login.salesforce.com",
        exp = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 300
    };
    string head = Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header)));
    string body = Convert.ToBase64String(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(claims)));
    byte[] signature = rsa.SignData(Encoding.UTF8.GetBytes(head + "." + body), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    return head + "." + body + "." + Convert.ToBase64String(signature);
}
