import { describe, expect, it } from '@jest/globals';
import { blend, lineUp } from '#core/forecast/line-up.ts';
import { MemberStateSchema, ModelStateSchema, restore } from '#core/forecast/registry.ts';
import { HOUR } from '#core/time.ts';
import { historyOf } from '#test/helpers/series-of.ts';

const NAIVE = { kind: 'naive', version: 1, seriesId: 's', step: 1000, cutoff: 5000, last: 7 };

describe('restore', () => {
  it('brings a state back', () => {
    const fitted = restore(NAIVE);
    expect(fitted.cutoff).toBe(5000);
    expect([...fitted.predict({ horizon: 2 }).point]).toEqual([7, 7]);
  });

  it.each([
    ['an unknown kind', { ...NAIVE, kind: 'oracle' }],
    ['a later version', { ...NAIVE, version: 2 }],
    ['an unknown field', { ...NAIVE, method: 'x' }],
    ['a missing field', { ...NAIVE, last: undefined }],
    ['a number as text', { ...NAIVE, last: '7' }],
    ['a step of zero', { ...NAIVE, step: 0 }],
    ['nothing', undefined],
    ['a list', []],
    ['a blend of nothing', { kind: 'median', version: 1, members: [] }],
    ['a blend of what it does not know', blended({ ...NAIVE, version: 2 })],
    ['a blend of blends', blended(blended(NAIVE))],
  ])('refuses %s', (_, state) => {
    expect(() => restore(state)).toThrow(expect.objectContaining({ code: 'STATE_INCOMPATIBLE' }));
  });

  it('says which kind and version it was given', () => {
    expect(() => restore({ ...NAIVE, version: 2 })).toThrow(
      expect.objectContaining({ details: { kind: 'naive', version: 2 } }),
    );
  });
});

describe('the registry', () => {
  it('knows every model of the line-up and the blend', async () => {
    const values = Array.from({ length: 400 }, (_, i) => i % 24);
    const forecasters = [...lineUp(HOUR).map(({ forecaster }) => forecaster), blend(HOUR)];
    for (const forecaster of forecasters) {
      const state = (await forecaster.fit(historyOf(values))).toState();
      expect(ModelStateSchema.parse(state)).toEqual(state);
    }
  });

  it('has a kind once only', () => {
    const kinds = MemberStateSchema.options.map(({ shape }) => shape.kind.value);
    expect(new Set(kinds).size).toBe(kinds.length);
  });
});

function blended(state: unknown) {
  return { kind: 'median', version: 1, members: [{ name: 'a', state }] };
}
