import { describe, expect, it } from '@jest/globals';
import { createRouter } from '#server/http/router.ts';

const routes = [
  { method: 'GET', path: '/{proxy+}' },
  { method: 'GET', path: '/models/{id}' },
  { method: 'GET', path: '/models' },
  { method: 'POST', path: '/models/{id}/promote' },
  { method: 'POST', path: '/models/latest' },
  { method: 'GET', path: '/models/latest' },
  { method: 'ANY', path: '/any' },
  { method: 'PUT', path: '/put/{id}' },
  { method: 'GET', path: '/' },
];
const route = createRouter(routes);

describe('the router', () => {
  it.each([
    ['GET', '/', '/', {}],
    ['GET', '/models', '/models', {}],
    ['GET', '/models/a-1', '/models/{id}', { id: 'a-1' }],
    ['GET', '/models/latest', '/models/latest', {}],
    ['GET', '/models/a%20b%2Fc', '/models/{id}', { id: 'a b/c' }],
    ['GET', '/models/a/b', '/{proxy+}', { proxy: 'models/a/b' }],
    ['GET', '/css/site.css', '/{proxy+}', { proxy: 'css/site.css' }],
    ['HEAD', '/models', '/models', {}],
    ['DELETE', '/any', '/any', {}],
    ['GET', '//evil.example/x', '/', undefined],
  ])('%s %s goes to %s', (method, path, expected, pathParameters) => {
    const match = route(method, path);
    if (pathParameters === undefined) return expect(match.kind).not.toBe('found');
    expect(match).toMatchObject({ kind: 'found', route: { path: expected }, pathParameters });
  });

  it('finds the route of the method where a more specific path has another', () => {
    const two = createRouter([
      { method: 'POST', path: '/a/b' },
      { method: 'GET', path: '/a/{id}' },
    ]);
    expect(two('GET', '/a/b')).toMatchObject({ kind: 'found', route: { path: '/a/{id}' } });
  });

  it('names the methods of a known path', () => {
    // The greedy route takes GET, and so HEAD.
    expect(route('DELETE', '/models/latest')).toEqual({
      kind: 'wrong-method',
      allowed: ['GET', 'HEAD', 'POST'],
    });
  });

  it('tells an unknown path from a malformed one', () => {
    const small = createRouter([{ method: 'PUT', path: '/put/{id}' }]);
    expect(small('PUT', '/put')).toEqual({ kind: 'not-found' });
    expect(small('PUT', '/put/')).toEqual({ kind: 'not-found' });
    expect(small('PUT', '/put/1/')).toEqual({ kind: 'not-found' });
    expect(small('PUT', '/put/%zz')).toEqual({ kind: 'malformed' });
    expect(small('PUT', '/PUT/1')).toEqual({ kind: 'not-found' });
  });

  it('takes no parameter for a property of an object', () => {
    const match = createRouter([{ method: 'GET', path: '/{__proto__}' }])('GET', '/x');
    expect(Object.entries(match.kind === 'found' ? match.pathParameters : {})).toEqual([
      ['__proto__', 'x'],
    ]);
  });

  it.each([[['models']], [['/a{b}']], [['/{a+}/b']], [['/a/{x}', '/a/{y}']], [['/a', '/a']]])(
    'refuses the table %j',
    (paths) => {
      const table = paths.map((path) => ({ method: 'GET', path }));
      expect(() => createRouter(table)).toThrow(RangeError);
    },
  );
});
