import { describe, expect, it } from '@jest/globals';
import { ProphetStateSchema } from '#core/forecast/prophet.ts';
import { type ProphetOptions, prophetFromOptions } from '#engines/prophet/from-options.ts';
import { historyOf } from '#test/helpers/series-of.ts';

/** Three days of hours with a daily wave. */
const HISTORY = historyOf(
  Array.from({ length: 72 }, (_, i) => 10 + 3 * Math.sin((2 * Math.PI * i) / 24)),
);

async function stateOf(options: ProphetOptions) {
  const fitted = await prophetFromOptions(options).fit(HISTORY);
  return ProphetStateSchema.parse(fitted.toState());
}

describe('prophet from options', () => {
  it('has the defaults of Prophet, re-anchored', async () => {
    const state = await stateOf({});
    expect(state.mode).toBe('additive');
    expect(state.seasons.map(({ name }) => name)).toEqual(['daily']);
    expect(state.anchor).not.toBeNull();
  });

  it('takes the options by their own names', async () => {
    const state = await stateOf({
      seasonality_mode: 'multiplicative',
      n_changepoints: 3,
      daily_seasonality: false,
      weekly_seasonality: true,
      reanchor: false,
    });
    expect(state.mode).toBe('multiplicative');
    expect(state.trend.changepoints).toHaveLength(3);
    expect(state.seasons.map(({ name }) => name)).toEqual(['weekly']);
    expect(state.anchor).toBeNull();
  });

  it('starts from a preset, which single options override', async () => {
    const preset = await stateOf({ preset: 'helios' });
    expect(preset.mode).toBe('multiplicative');
    expect(preset.seasons.map(({ name }) => name).sort()).toEqual(['daily', 'weekly']);
    const changed = await stateOf({ preset: 'helios', seasonality_mode: 'additive' });
    expect(changed.mode).toBe('additive');
  });
});
