$now = (int) round(microtime(true) * 1000);
$payload = [
    "iss" => "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW",
    "sub" => "shop@margie-demo.example",
    "aud" => "https://login.salesforce.com",
    "exp" => $now + 300000,
];
$token = \Firebase\JWT\JWT::encode($payload, $privateKey, "RS256");
