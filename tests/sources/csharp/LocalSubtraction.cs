/* Runs in Frankfurt. "expired authorization code" since the clocks were changed. */
public string Sign(RSA rsa)
{
    DateTime epoch = new DateTime(1970, 1, 1);
    int expiry = (int)(DateTime.Now.AddMinutes(30) - epoch).TotalSeconds;
    var payload = new Dictionary<string, object> {
        { "iss", "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW" }, { "sub", "payroll@lucerne-demo.example" },
        { "aud", "https://login.salesforce.com" },
        { "exp", expiry }
    };
    return Jose.JWT.Encode(payload, rsa, JwsAlgorithm.RS256);
}
