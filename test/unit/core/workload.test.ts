import { describe, expect, it } from '@jest/globals';
import {
  NAME_PART,
  parseWorkloadKey,
  workloadId,
  workloadKey,
  workloadLabel,
  workloadPath,
} from '#core/workload.ts';

describe('a workload', () => {
  it('is in the default cluster and namespace, as a whole, unless it says otherwise', () => {
    expect(workloadId({ deployment: 'web' })).toEqual({
      cluster: 'default',
      namespace: 'default',
      deployment: 'web',
      container: '*',
    });
  });

  it('is found again by its key', () => {
    const id = workloadId({
      cluster: 'eu',
      namespace: 'shop',
      deployment: 'web',
      container: 'app',
    });
    expect(workloadKey(id)).toBe('eu#shop#web#app');
    expect(parseWorkloadKey('eu#shop#web#app')).toEqual(id);
  });

  it.each(['', 'a#b#c', 'a#b#c#d#e', 'a##c#d'])('has no key like %s', (key) => {
    expect(() => parseWorkloadKey(key)).toThrow(RangeError);
  });

  it('lies under a path that any object store takes', () => {
    expect(workloadPath(workloadId({ deployment: 'web' }))).toBe('default/default/web/_all');
    expect(workloadPath(workloadId({ deployment: 'a*b' }))).toBe('default/default/a%2Ab/_all');
  });

  it('is read by people without what goes without saying', () => {
    expect(workloadLabel(workloadId({ namespace: 'shop', deployment: 'web' }))).toBe('shop/web');
    const one = { cluster: 'eu', namespace: 'shop', deployment: 'web', container: 'app' };
    expect(workloadLabel(workloadId(one))).toBe('eu:shop/web/app');
  });

  it.each([
    ['web-1.a_b', true],
    ['*', true],
    ['a#b', false],
    ['../x', false],
    ['-a', false],
    ['', false],
  ])('may be named %s: %s', (name, allowed) => {
    expect(NAME_PART.test(name)).toBe(allowed);
  });
});
