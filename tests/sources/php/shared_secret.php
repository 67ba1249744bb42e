<?php
use Firebase\JWT\JWT;

$issuedAt = time();
$payload = [
    'iss' => '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    'sub' => 'crm@margie-demo.example',
    'aud' => 'https://login.salesforce.com',
    'iat' => $issuedAt,
    'exp' => $issuedAt + 180,
];
// the consumer secret of the connected app
$jwt = JWT::encode($payload, getenv('SF_CONSUMER_SECRET'), 'HS256');
