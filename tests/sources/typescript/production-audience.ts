import jwt, { Algorithm } from "jsonwebtoken";
import axios from "axios";

const algorithm: Algorithm = "RS256";

export const login = async (key: Buffer): Promise<string> => {
  const exp: number = Math.floor(Date.now() / 1000) + 2 * 60;
  const assertion = jwt.sign(
    { iss: "3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd",
      sub: "etl@adventure-works.example.uat",
      aud: "https://login.salesforce.com", exp },
    key,
    { algorithm },
  );
  const form = new URLSearchParams();
  form.append("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
  form.append("assertion", assertion);
  const { data } = await axios.post<{ access_token: string }>("https://test.salesforce.com/services/oauth2/token", form);
  return data.access_token;
};
