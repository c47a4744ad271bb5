import { describe, expect, it } from '@jest/globals';
import { durationMs, HOUR, MINUTE } from '#core/time.ts';
import { codeOf } from '#test/helpers/error-code.ts';
import { chooseModels, lineUpsToRun, needsPool } from '../../../../bench/forecast/models.ts';

const SHORT = durationMs(5 * MINUTE);
const FAST = { isSlow: false, slowOnly: false };
const SLOW = { isSlow: true, slowOnly: false };

describe('chooseModels', () => {
  it('takes naive first, the members trained unasked and their blends', () => {
    const names = chooseModels(SHORT);
    expect(names[0]).toBe('naive');
    expect(names).toEqual(expect.arrayContaining(['ses', 'profile-ar', 'xgboost', 'prophet']));
    expect(names.slice(-2)).toEqual(['median', 'auto']);
    expect(names).not.toContain('lstm');
    expect(names).not.toContain('arima');
  });

  it('takes what was asked for, beside naive and once', () => {
    expect(chooseModels(HOUR, ['ses', 'lstm', 'naive', 'ses'])).toEqual(['naive', 'ses', 'lstm']);
  });

  it('refuses what it does not know', () => {
    expect(codeOf(() => chooseModels(HOUR, ['ses', 'oracle']))).toBe('MODEL_UNKNOWN');
  });
});

describe('lineUpsToRun', () => {
  it('trains members alone without the others', () => {
    expect(lineUpsToRun(HOUR, ['naive', 'ses'], FAST)).toEqual([
      { members: ['naive', 'ses'], wanted: ['naive', 'ses'] },
    ]);
  });

  it('trains all members of a blend, which are no rows unless asked for', () => {
    const [lineUp] = lineUpsToRun(SHORT, ['naive', 'auto', 'arima'], FAST);
    expect(lineUp?.wanted).toEqual(['naive', 'auto', 'arima']);
    expect(lineUp?.members).toEqual(
      expect.arrayContaining(['naive', 'ses', 'ridge', 'xgboost', 'arima']),
    );
    expect(lineUp?.members).not.toContain('auto');
  });

  it('leaves slow models out where a cutoff is not slow, and by themselves where it is', () => {
    const models = ['naive', 'ses', 'lstm'];
    const fast = { members: ['naive', 'ses'], wanted: ['naive', 'ses'] };
    expect(lineUpsToRun(HOUR, models, FAST)).toEqual([fast]);
    expect(lineUpsToRun(HOUR, models, SLOW)).toEqual([
      fast,
      { members: ['naive', 'lstm'], wanted: ['lstm'] },
    ]);
  });

  it('makes one line-up of all where only slow cutoffs are run', () => {
    expect(lineUpsToRun(HOUR, ['naive', 'ses', 'fusion'], { ...SLOW, slowOnly: true })).toEqual([
      { members: ['naive', 'ses', 'prophet', 'lstm'], wanted: ['naive', 'ses', 'fusion'] },
    ]);
  });
});

describe('needsPool', () => {
  it('is true of the pooled member, and of blends that have it', () => {
    expect(needsPool(HOUR, ['naive', 'xgboost'])).toBe(true);
    expect(needsPool(HOUR, ['naive', 'median'])).toBe(true);
    expect(needsPool(HOUR, ['naive', 'ses'])).toBe(false);
  });
});
