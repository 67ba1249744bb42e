import crypto from 'node:crypto';

export function isFromGateway(req, secret) {
  const expected = crypto.createHmac('sha256', secret).update(req.rawBody).digest('base64');
  const sentAt = Number(req.headers['x-sent-at']);
  return req.headers['x-signature'] === expected && Date.now() - sentAt < 300000;
}
