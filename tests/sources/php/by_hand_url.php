<?php

function b64url($data) {
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

$header = json_encode(['alg' => 'RS256']);
$claims = json_encode([
    'iss' => '3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
    'sub' => 'crm@margie-demo.example',
    'aud' => 'https://test.salesforce.com',
    'exp' => time() + 5 * 60,
]);
$input = b64url($header) . '.' . b64url($claims);
openssl_sign($input, $signature, openssl_pkey_get_private('file://server.key'), OPENSSL_ALGO_SHA256);
$jwt = $input . '.' . b64url($signature);
