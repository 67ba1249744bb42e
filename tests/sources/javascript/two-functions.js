import { sign } from "jsonwebtoken";

export function production(key) {
  const payload = {
    iss: "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
    sub: "one@northwind-traders.example",
    aud: "https://login.salesforce.com",
    exp: Math.floor(Date.now() / 1000) + 60,
  };
  return sign(payload, key, { algorithm: "RS256" });
}

export function sandbox(key) {
  const payload = {
    iss: "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
    sub: "two@northwind-traders.example",
    aud: "https://test.salesforce.com",
    exp: Date.now() + 300,
  };
  return sign(payload, key, { algorithm: "RS256" });
}
