<?php
use Firebase\JWT\JWT;
use Firebase\JWT\Key;

JWT::$leeway = 60;
$claims = JWT::decode($_COOKIE['session'], new Key($publicKey, 'RS256'));
if ($claims->exp < time() + 180) {
    header('Location: /login');
}
