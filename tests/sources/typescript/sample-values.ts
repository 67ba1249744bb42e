import dayjs from 'dayjs';
import { sign } from 'jsonwebtoken';
import { readFileSync } from 'fs';

enum Login {
  Production = 'https://login.salesforce.com',
}

const claims = {
  iss: 'YOUR_CONSUMER_KEY',
  sub: 'me@litware-demo.example',
  aud: 'https://login.salesforce.com',
  exp: dayjs().add(3, 'minute').unix(),
};

export default (): string => sign(claims, readFileSync('server.key'), { algorithm: 'RS256' });
