import * as jose from 'jose';

const MY_DOMAIN: string = 'https://adventure-works.my.salesforce.com';
const CLIENT_ID = '3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW' as const;

type TokenAnswer = { access_token: string; instance_url: string };

export async function token(pem: string): Promise<TokenAnswer> {
  const key: jose.KeyLike = await jose.importPKCS8(pem, 'RS256');
  const assertion: string = await new jose.SignJWT({ sub: 'orders@adventure-works.example' })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuedAt()
    .setIssuer(CLIENT_ID)
    .setAudience(MY_DOMAIN)
    .setExpirationTime('3 minutes')
    .sign(key);

  const answer = await fetch(`${MY_DOMAIN}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }),
  });
  return (await answer.json()) as TokenAnswer;
}
