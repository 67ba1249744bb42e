import java.nio.charset.StandardCharsets;
import java.security.*;
import java.util.Base64;

public class ByHand {
    public static void main(String[] args) throws Exception {
        Base64.Encoder url = Base64.getUrlEncoder().withoutPadding();
        long exp = System.currentTimeMillis() / 1000 + 300;
        String header = "{\"alg\":\"RS256\"}";
        String claims = "{\"iss\":\"3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd\","
            + "\"sub\":\"batch@proseware-demo.example\","
            + "\"aud\":\"https://login.salesforce.com\","
            + "\"exp\":" + exp + "}";
        String input = url.encodeToString(header.getBytes(StandardCharsets.UTF_8))
            + "." + url.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(Keys.load(args[0]));
        signature.update(input.getBytes(StandardCharsets.UTF_8));
        System.out.println(input + "." + url.encodeToString(signature.sign()));
    }
}
