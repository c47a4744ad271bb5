import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { PreparedRequest } from '#cli/client.ts';
import { routeOf } from '#cli/operations.ts';
import { isAwsEndpoint, signForAws } from '#cli/sign-request.ts';
import { NOW } from './fake-environment.ts';

const ENDPOINT = 'https://abc.execute-api.eu-west-1.amazonaws.com';
const SECRET = 'a-secret-of-nobody';
const environment = { env: {}, clock: { now: () => NOW } };
const provider = async () => ({ accessKeyId: 'AKID', secretAccessKey: SECRET });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', key).update(text).digest();

describe('AWS signatures', () => {
  it('are those of Signature Version 4 over method, path, query, headers and body', async () => {
    const request: PreparedRequest = {
      method: 'POST',
      url: new URL(`${ENDPOINT}/api/v1/predict?b=2&a=1%3A`),
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: '{"metric":"cpu"}',
    };
    const sign = await signForAws(ENDPOINT, environment, provider);
    const signed = await sign(request, routeOf('predict'));
    const match =
      /^AWS4-HMAC-SHA256 Credential=AKID\/20260101\/eu-west-1\/execute-api\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
        signed.authorization ?? '',
      );
    const names = (match?.[1] ?? '').split(';');
    expect(names).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'content-type']));
    expect(signed['x-amz-date']).toBe('20260101T000000Z');
    expect(signed.host).toBeUndefined();

    // The standard's own steps: canonical request, string to sign, derived key, signature.
    const all: Record<string, string> = { ...signed, host: request.url.host };
    const headers = names.map((name) => `${name}:${all[name]}\n`).join('');
    const canonical = `POST\n/api/v1/predict\na=1%3A&b=2\n${headers}\n${names.join(';')}\n${sha256(request.body ?? '')}`;
    const scope = '20260101/eu-west-1/execute-api/aws4_request';
    const toSign = `AWS4-HMAC-SHA256\n20260101T000000Z\n${scope}\n${sha256(canonical)}`;
    const key = scope
      .split('/')
      .reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${SECRET}`);
    expect(match?.[2]).toBe(hmac(key, toSign).toString('hex'));
  });

  it('carry the token of credentials that expire, signed', async () => {
    const sign = await signForAws(ENDPOINT, environment, async () => ({
      ...(await provider()),
      sessionToken: 'a-token/of==',
    }));
    const request = { method: 'GET', url: new URL(ENDPOINT), headers: {}, body: undefined };
    const signed = await sign(request, routeOf('health'));
    expect(signed['x-amz-security-token']).toBe('a-token/of==');
    expect(signed.authorization).toMatch(/SignedHeaders=[^,]*x-amz-security-token/);
  });

  it('need a region and credentials', async () => {
    await expect(
      signForAws('https://x.amazonaws.com', environment, provider),
    ).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    const none = async () => {
      throw new Error('no credentials anywhere');
    };
    const sign = await signForAws(ENDPOINT, environment, none);
    const request = { method: 'GET', url: new URL(ENDPOINT), headers: {}, body: undefined };
    await expect(sign(request, routeOf('health'))).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
  });

  it.each([
    [ENDPOINT, true],
    ['https://amazonaws.com.evil.org', false],
    ['https://evilamazonaws.com', false],
    ['http://127.0.0.1:8080', false],
  ])('%s: %s', (endpoint, expected) => {
    expect(isAwsEndpoint(endpoint)).toBe(expected);
  });
});
