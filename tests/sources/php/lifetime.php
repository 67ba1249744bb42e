<?php

use Firebase\JWT\JWT;

final class Assertion
{
    private const LIFETIME = 300;
    private const AUDIENCE = 'https://login.salesforce.com';

    public static function make(string $pem): string
    {
        return JWT::encode([
            'iss' => '3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW',
            'sub' => 'crm@margie-demo.example',
            'aud' => self::AUDIENCE,
            'exp' => self::LIFETIME,
        ], $pem, 'RS256');
    }
}
