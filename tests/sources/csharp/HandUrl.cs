using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;

public class Bearer
{
    static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    public string Make(RSACryptoServiceProvider rsa)
    {
        var claims = new Dictionary<string, object>
        {
            { "iss", "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd" },
            { "sub", "payroll@lucerne-demo.example" },
            { "aud", "https://login.salesforce.com" },
            { "exp", (int)(DateTime.UtcNow - new DateTime(1970, 1, 1)).TotalSeconds + 300 },
        };
        string input = Url(Encoding.UTF8.GetBytes("{\"alg\":\"RS256\"}")) + "." + Url(Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(claims)));
        byte[] signature = rsa.SignData(Encoding.UTF8.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return input + "." + Url(signature);
    }
}
