// Postman, tab "Pre-request Script"; jsrsasign is kept in the variable jsrsasign_js
eval(pm.collectionVariables.get('jsrsasign_js'));

const header = { alg: 'RS256', typ: 'JWT' };
const claims = {
    iss: pm.environment.get('consumerKey'),
    sub: pm.environment.get('username'),
    aud: 'https://test.salesforce.com',
    exp: Math.floor(Date.now() / 1000) + 300
};

const assertion = KJUR.jws.JWS.sign(
    header.alg,
    JSON.stringify(header),
    JSON.stringify(claims),
    pm.environment.get('privateKey')
);
pm.environment.set('assertion', assertion);
