import { createSign } from 'crypto';

interface Claims { iss: string; sub: string; aud: string; exp: string }

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function assertion(privateKey: string): string {
  const claims: Claims = {
    iss: '3MVG9pe2TCoA1Pf4nUjKx7sWmZr0Lq8VbYhD5cEtGgN3aJiQyX6oFuRkBwSlHdTvMzP9eCnA2IpUrOxK1jLsW',
    sub: 'sync@adventure-works.example',
    aud: 'https://login.salesforce.com',
    exp: new Date(Date.now() + 180_000).toISOString(),
  };
  const input = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256').update(input).sign(privateKey).toString('base64url');
  return `${input}.${signature}`;
}
