export class TokenCache {
  private token?: { access_token: string; expires: number };

  async get(fetchToken: () => Promise<{ access_token: string; expires_in: number }>): Promise<string> {
    if (!this.token || this.token.expires < Date.now() + 300) {
      const fresh = await fetchToken();
      this.token = { access_token: fresh.access_token, expires: Date.now() + fresh.expires_in * 1000 };
    }
    return this.token.access_token;
  }
}
