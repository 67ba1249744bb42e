<?php
use Firebase\JWT\JWT;

function assertion(string $key): string
{
    return JWT::encode([
        'iss' => '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
        'sub' => 'shop@margie-demo.example',
        'aud' => 'https://login.salesforce.com',
        'exp' => date('c', time() + 180),
    ], $key, 'RS256');
}
