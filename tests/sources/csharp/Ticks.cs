using Jose;

class Program
{
    static void Main()
    {
        var claims = new
        {
            iss = "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
            sub = "invoices@lucerne-demo.example",
            aud = "https://login.salesforce.com",
            exp = DateTime.UtcNow.AddMinutes(3).Ticks
        };
        Console.WriteLine(JWT.Encode(claims, LoadKey(), JwsAlgorithm.RS256));
    }
}
