import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import * as jwt from 'jsonwebtoken';

@Injectable()
export class SalesforceAssertion {
  private readonly audience = 'https://login.salesforce.com';

  constructor(private readonly config: ConfigService) {}

  create(privateKey: string): string {
    const options: jwt.SignOptions = {
      algorithm: 'RS256',
      issuer: this.config.get<string>('salesforce.clientId'),
      subject: this.config.getOrThrow<string>('salesforce.username'),
      audience: 'https://login.salesforce.com',
      expiresIn: '3m',
    };
    return jwt.sign({}, privateKey, options);
  }
}
