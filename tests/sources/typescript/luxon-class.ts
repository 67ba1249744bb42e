import { DateTime } from 'luxon';
import jwt, { type SignOptions } from 'jsonwebtoken';
import got from 'got';

const DOMAIN = 'litware-demo--uat.sandbox.my.salesforce.com';
const BASE = `https://${DOMAIN}`;

interface AssertionClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
}

export class Portal {
  static readonly #options: SignOptions = { algorithm: 'RS256' };

  constructor(private readonly clientId: string, private readonly key: string) {}

  async login(): Promise<string> {
    const expiry = DateTime.now().plus({ minutes: 3 }).toUnixInteger();
    const claims = {
      iss: this.clientId,
      sub: 'portal@litware-demo.example.uat',
      aud: BASE,
      exp: expiry,
    } satisfies AssertionClaims;
    const assertion = jwt.sign(claims, this.key!, { algorithm: 'RS256' });
    const answer = await got.post(`${BASE}/services/oauth2/token`, {
      form: { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion },
    }).json<{ access_token: string }>();
    return answer.access_token;
  }
}
