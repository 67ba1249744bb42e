#nullable enable
using System.Net.Http;

namespace Lucerne;

internal sealed class Ledger
{
    private const string Domain = "lucerne-demo.my.salesforce.com";
    private const string Url = $"https://{Domain}";

    public async Task<string?> TokenAsync(RSA rsa, HttpClient http, CancellationToken stop)
    {
        long exp = (long)DateTime.UtcNow.AddMinutes(3).Subtract(DateTime.UnixEpoch).TotalSeconds;
        var assertion = Jose.JWT.Encode(new { iss = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd", sub = "ledger@lucerne-demo.example", aud = Url, exp }, rsa, Jose.JwsAlgorithm.RS256);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Url}/services/oauth2/token")
        {
            Content = new FormUrlEncodedContent(new[]
            {
                new KeyValuePair<string, string>("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                new KeyValuePair<string, string>("assertion", assertion),
            }),
        };
        var answer = await http.SendAsync(request, stop);
        return await answer.Content.ReadAsStringAsync(stop);
    }
}
