import jwt from 'jsonwebtoken';
import axios from 'axios';
import { readFile } from 'node:fs/promises';

const LOGIN_URL = 'https://login.salesforce.com';

export async function accessToken() {
  const key = await readFile(process.env.SF_KEY_FILE, 'utf8');
  const now = Math.floor(Date.now() / 1000);
  const payload = {
    iss: process.env.SF_CLIENT_ID,
    sub: 'billing.sync@northwind-traders.example',
    aud: LOGIN_URL,
    iat: now,
    exp: now + 180,
  };
  const assertion = jwt.sign(payload, key, { algorithm: 'RS256' });

  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion,
  });
  const { data } = await axios.post(`${LOGIN_URL}/services/oauth2/token`, body.toString());
  return data.access_token;
}
