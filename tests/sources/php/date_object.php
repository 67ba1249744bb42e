<?php declare(strict_types=1);

use Firebase\JWT\JWT;

function assertion(array $settings): string
{
    $claims = [
        'iss' => $settings['client_id'],
        'sub' => $settings['username'],
        'aud' => 'https://login.salesforce.com',
        'exp' => (new DateTimeImmutable('+2 minutes'))->getTimestamp(),
    ];

    return JWT::encode($claims, $settings['private_key'], 'RS256');
}
