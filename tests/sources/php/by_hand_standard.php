<?php
$head = base64_encode(json_encode(array('alg'=>'RS256')));
$body = base64_encode(json_encode(array(
  'iss'=>'3MVG9Rd3qC6oMalZk1vWuT8yHbP0xJfNs5GgEeLi7KwQzY2tVjXrDcBnUmAo4F9hSpI6sRlEkOqT3wZxC8vGd',
  'sub'=>'crm@margie-demo.example',
  'aud'=>'https://login.salesforce.com',
  'exp'=>time()+180
)));
openssl_sign("$head.$body", $sig, $private_key, 'sha256');
$assertion = "$head.$body." . base64_encode($sig);
