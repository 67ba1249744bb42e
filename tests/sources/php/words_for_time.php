<?php

namespace App\Services;

use Firebase\JWT\JWT;
use GuzzleHttp\Client;

class SalesforceLogin
{
    private string $domain = 'https://margie-demo.my.salesforce.com';

    public function __construct(private Client $http)
    {
    }

    public function token(): array
    {
        $payload = array(
            "iss" => config('services.salesforce.key'),
            "sub" => "shop@margie-demo.example",
            "aud" => "https://margie-demo.my.salesforce.com",
            "exp" => strtotime('+3 minutes'),
        );
        $jwt = JWT::encode($payload, config('services.salesforce.private_key'), 'RS256');
        $response = $this->http->post('https://margie-demo.my.salesforce.com/services/oauth2/token', [
            'form_params' => ['grant_type' => 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'assertion' => $jwt],
        ]);
        return json_decode((string) $response->getBody(), true);
    }
}
