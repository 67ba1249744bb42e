<?php
require 'vendor/autoload.php';

use Firebase\JWT\JWT;

const LOGIN_HOST = 'https://login.salesforce.com';

$claims = [
    'iss' => '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    'sub' => 'shop@margie-demo.example',
    'aud' => LOGIN_HOST,
    'exp' => time() + 180,
];
$assertion = JWT::encode($claims, file_get_contents(__DIR__ . '/server.key'), 'RS256');

$ch = curl_init(LOGIN_HOST . '/services/oauth2/token');
curl_setopt($ch, CURLOPT_POST, true);
curl_setopt($ch, CURLOPT_RETURNTRANSFER, true);
curl_setopt($ch, CURLOPT_POSTFIELDS, http_build_query([
    'grant_type' => 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'assertion' => $assertion,
]));
echo curl_exec($ch);
