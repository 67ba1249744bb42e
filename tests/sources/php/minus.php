<?php
$claims = array();
$claims["iss"] = "3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW";
$claims["sub"] = "crm@margie-demo.example";
$claims["aud"] = "https://login.salesforce.com";
$claims["exp"] = time() - 60 * 5;
$jwt = Firebase\JWT\JWT::encode($claims, $key, "RS256");
