import { describe, expect, it } from '@jest/globals';
import { apiKeyAuthorizer, hashApiKey } from '#server/http/api-key.ts';

// SHA-256 of "abc", FIPS 180-2 appendix B.1.
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

it('hashApiKey is SHA-256', () => {
  expect(hashApiKey('abc')).toBe(ABC);
});

describe('apiKeyAuthorizer', () => {
  const authorize = apiKeyAuthorizer({ keySha256: ABC });
  const ask = (headers: Record<string, string>, path = '/models') =>
    authorize({ method: 'GET', path, headers });

  it.each([
    [{ authorization: 'Bearer abc' }, true],
    [{ authorization: 'bearer  abc' }, true],
    [{ 'x-api-key': 'abc' }, true],
    [{}, false],
    [{ authorization: 'abc' }, false],
    [{ authorization: 'Basic abc' }, false],
    [{ authorization: 'Bearer ' }, false],
    [{ authorization: 'Bearer abd' }, false],
    [{ authorization: 'Bearer abc,Bearer abc' }, false],
    [{ authorization: `Bearer ${ABC}` }, false],
    [{ 'x-api-key': '' }, false],
    [{ 'x-api-key': 'abc,abc' }, false],
    // A wrong bearer key is not made good by another header.
    [{ authorization: 'Bearer wrong', 'x-api-key': 'abc' }, false],
  ])('of %j is %p', (headers, expected) => {
    expect(ask(headers)).toBe(expected);
  });

  it('leaves /health open and nothing that looks like it', () => {
    expect(ask({}, '/health')).toBe(true);
    expect(ask({}, '/health/')).toBe(false);
    expect(ask({}, '/%68ealth')).toBe(false);
    expect(ask({}, '/Health')).toBe(false);
  });

  it('refuses a hash that is none', () => {
    expect(() => apiKeyAuthorizer({ keySha256: 'abc' })).toThrow(RangeError);
  });
});
