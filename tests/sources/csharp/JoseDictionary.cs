using System.Net.Http;
using System.Security.Cryptography;
using Jose;

public class Client
{
    private const string Host = "https://test.salesforce.com";
    private static readonly HttpClient Http = new HttpClient();

    public async Task<string> LoginAsync(RSA key)
    {
        var payload = new Dictionary<string, object>
        {
            ["iss"] = "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
            ["sub"] = "invoices@lucerne-demo.example",
            ["aud"] = Host,
            ["exp"] = DateTimeOffset.UtcNow.AddMinutes(3).ToUnixTimeSeconds(),
        };
        string assertion = JWT.Encode(payload, key, JwsAlgorithm.RS256);
        var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
            ["assertion"] = assertion,
        });
        var response = await Http.PostAsync($"{Host}/services/oauth2/token", form);
        return await response.Content.ReadAsStringAsync();
    }
}
