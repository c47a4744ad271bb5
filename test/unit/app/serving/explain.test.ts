import { describe, expect, it } from '@jest/globals';
import type { ModelVersion } from '#app/model-registry.ts';
import type { ChosenModel } from '#app/serving/choose-model.ts';
import { explain } from '#app/serving/explain.ts';
import { modelOfBundle } from '#app/serving/model-of-bundle.ts';
import { predict } from '#app/serving/predict.ts';
import { ExplanationSchema, PredictRequestSchema } from '#contracts/http/predict.ts';
import { baseline } from '#core/forecast/baseline.ts';
import type { BlendSpec } from '#core/forecast/blend-spec.ts';
import { naive } from '#core/forecast/naive.ts';
import { afterFirstTraining } from '#test/helpers/first-training.ts';
import { bundleOf } from '#test/helpers/model-bundles.ts';
import { historyOf, seriesOf } from '#test/helpers/series-of.ts';

const VERSION: ModelVersion = {
  id: 'default~shop~web~*~cpu_utilization~v1',
  workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
  metric: 'cpu_utilization',
  version: 'v1',
  model: 'blend',
  members: ['naive', 'baseline'],
  trained_at: '1970-01-01T02:00:00.000Z',
  training: { from: '1970-01-01T00:00:00.000Z', to: '1970-01-01T01:00:00.000Z', steps: 2 },
  skill: { vs_naive: null, vs_seasonal_naive: null, mae: null, cases: 0 },
  decision: { code: 'WON', message: 'better' },
  sha256: 'f'.repeat(64),
  run_id: 'run-1',
  artifact_key: 'models/x.json',
};

/**
 * What has answered after the values 1 and 3: naive says 3; the baseline says their mean 2 and their
 * slope 2 a step, so 4, 6, 8.
 */
async function answeredBy(spec: BlendSpec | undefined): Promise<ChosenModel> {
  const history = historyOf([1, 3]);
  const members = { naive: naive(), baseline: baseline({ window: 2, trendWindow: 2 }) };
  const states = {
    naive: (await members.naive.fit(history)).toState(),
    baseline: (await members.baseline.fit(history)).toState(),
  };
  return {
    version: VERSION,
    bundle: bundleOf({ states, blends: spec ? { blend: spec } : {} }),
    pools: () => {
      throw new RangeError('no member of this test has a pool');
    },
    isCached: false,
    stage: 'champion',
    member: spec ? 'blend' : 'naive',
    reasons: [],
  };
}

const FUSION = {
  kind: 'fusion',
  members: [
    { name: 'naive', weight: 0.25 },
    { name: 'baseline', weight: 0.75 },
  ],
  evidence: 12,
  refused: [{ name: 'lstm', reason: 'its scale is off' }],
} satisfies BlendSpec;

const AUTO = {
  kind: 'auto',
  members: ['naive', 'baseline'],
  rules: [
    { fromStep: 1, toStep: 1, combine: 'median', weights: [0.5, 0.5] },
    { fromStep: 2, toStep: 2, combine: 'half', weights: [null, 1] },
    { fromStep: 3, toStep: 4, combine: 'naive', weights: [0.5, 0.5] },
  ],
} satisfies BlendSpec;

describe('the explanation of a fusion', () => {
  it('has the weights as used, and contributions that add up to the forecast', async () => {
    const chosen = await answeredBy(FUSION);
    const explanation = explain(chosen, undefined, 2);
    expect(explanation).toEqual({
      blend: 'fusion',
      members: [
        { member: 'naive', weights: [0.25, 0.25], values: [3, 3], contributions: [0.75, 0.75] },
        { member: 'baseline', weights: [0.75, 0.75], values: [4, 6], contributions: [3, 4.5] },
      ],
      rules: [],
      evidence: 12,
      refused: [{ name: 'lstm', reason: 'its scale is off' }],
    });
    const forecast = modelOfBundle(chosen.bundle, 'blend', chosen.pools).predict({ horizon: 2 });
    expect([...forecast.point]).toEqual([0.75 + 3, 0.75 + 4.5]);
  });

  it('knows what was observed since the training', async () => {
    // After 1, 3, 5: the mean of the last two is 4, the slope 2.
    const recent = seriesOf([5], { from: 2 });
    const explanation = explain(await answeredBy(FUSION), recent, 2);
    expect(explanation?.members.map(({ values }) => values)).toEqual([
      [5, 5],
      [6, 8],
    ]);
  });
});

describe('the explanation of the learned blend', () => {
  it('has its rules, and weights where they count', async () => {
    const explanation = explain(await answeredBy(AUTO), undefined, 5);
    expect(explanation).toEqual({
      blend: 'auto',
      members: [
        {
          member: 'naive',
          weights: [null, null, null, null, null],
          values: [3, 3, 3, 3, 3],
          contributions: null,
        },
        {
          member: 'baseline',
          weights: [null, 1, null, null, null],
          values: [4, 6, 8, 10, 12],
          contributions: null,
        },
      ],
      rules: [
        { from_step: 1, to_step: 1, combine: 'median' },
        { from_step: 2, to_step: 2, combine: 'half' },
        { from_step: 3, to_step: 4, combine: 'naive' },
      ],
      evidence: null,
      refused: [],
    });
    expect(ExplanationSchema.safeParse(explanation).success).toBe(true);
  });

  it('goes on with the last rule beyond the last', async () => {
    const rules = [{ fromStep: 1, toStep: 1, combine: 'half' as const, weights: [0.5, 0.5] }];
    const explanation = explain(await answeredBy({ ...AUTO, rules }), undefined, 2);
    expect(explanation?.members[0]?.weights).toEqual([0.5, 0.5]);
  });
});

describe('an explanation', () => {
  it('of the median has members without weights', async () => {
    const chosen = await answeredBy({ kind: 'median', members: ['baseline', 'naive'] });
    expect(explain(chosen, undefined, 1)).toEqual({
      blend: 'median',
      members: [
        { member: 'baseline', weights: [null], values: [4], contributions: null },
        { member: 'naive', weights: [null], values: [3], contributions: null },
      ],
      rules: [],
      evidence: null,
      refused: [],
    });
  });

  it('of a single model there is none', async () => {
    expect(explain(await answeredBy(undefined), undefined, 1)).toBeUndefined();
  });

  it('goes with the answer that asks for it, for its periods', async () => {
    const services = await afterFirstTraining();
    const ask = (body: Readonly<Record<string, unknown>>) =>
      predict(
        services,
        PredictRequestSchema.parse({ metric: 'cpu', model: 'median', periods: 3, ...body }),
      );
    expect(await ask({})).not.toHaveProperty('explanation');
    const { explanation, predictions } = await ask({ explain: true, horizons_minutes: [600] });
    expect(explanation).toMatchObject({ blend: 'median' });
    const values = explanation?.members.map((member) => member.values) ?? [];
    for (const [h, { value }] of predictions.entries()) {
      const column = values.map((own) => own[h] ?? Number.NaN).sort((a, b) => a - b);
      const middle = (column.length - 1) / 2;
      const median = ((column[Math.floor(middle)] ?? 0) + (column[Math.ceil(middle)] ?? 0)) / 2;
      expect(value).toBeCloseTo(median, 12);
    }
    expect(predictions).toHaveLength(3);
    expect(values.every((own) => own.length === 3)).toBe(true);
  });
});
