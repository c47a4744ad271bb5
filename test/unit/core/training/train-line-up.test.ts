import { describe, expect, it } from '@jest/globals';
import { DomainError } from '#core/errors.ts';
import { candidateOf } from '#core/evaluate/backtest.ts';
import type { BacktestPlan } from '#core/evaluate/backtest-plan.ts';
import type { Forecaster } from '#core/forecast/forecaster.ts';
import { naive } from '#core/forecast/naive.ts';
import { seasonalNaive } from '#core/forecast/seasonal-naive.ts';
import { ses } from '#core/forecast/ses.ts';
import { addMs, epochMs, HOUR } from '#core/time.ts';
import type { TrainingMember } from '#core/training/fit-members.ts';
import { trainedModel, trainLineUp } from '#core/training/train-line-up.ts';
import { historyOf } from '#test/helpers/series-of.ts';

/** A wave of four values with a little of a wave of five on it. */
const VALUES = Array.from({ length: 120 }, (_, i) => 10 * (i % 4) + (i % 5));
const PLAN: BacktestPlan = {
  initial: 40,
  horizon: 3,
  stride: 1,
  window: 'expanding',
  refit: 80,
};
const BLEND = { core: ['naive', 'season', 'ses'], admitted: [] };

const members: readonly TrainingMember[] = [
  { name: 'naive', forecaster: naive() },
  { name: 'season', forecaster: seasonalNaive({ seasonLength: 4 }) },
  { name: 'ses', forecaster: ses() },
];

const refusing: Forecaster = {
  ...naive(),
  async fit() {
    throw new DomainError('FIT_DID_NOT_CONVERGE', 'it wandered off', {});
  },
};

const train = (given: readonly TrainingMember[] = members, blend = BLEND) =>
  trainLineUp({ history: historyOf(VALUES), members: given, blend, plan: PLAN });

describe('training a line-up', () => {
  it('fits members, judges them and the blends on one backtest', async () => {
    const trained = await train();
    expect([...trained.members.keys()]).toEqual(['naive', 'season', 'ses']);
    expect([...trained.blends.keys()]).toEqual(['median', 'auto']);
    expect(trained.result.candidates.map(({ name }) => name)).toEqual([
      'naive',
      'season',
      'ses',
      'median',
      'auto',
    ]);
    expect(trained.result.origins).toHaveLength(80);
  });

  it('gives the blend as it would be served', async () => {
    const trained = await train();
    const auto = trainedModel(trained, 'auto');
    expect(auto.kind).toBe('auto');
    expect(auto.cutoff).toBe(addMs(epochMs(0), HOUR, 119));
    const { point } = auto.predict({ horizon: 3 });
    const season = trainedModel(trained, 'season').predict({ horizon: 3 }).point;
    // The season is by far the best of the three: at least half of the blend is nearly its value.
    const distances = [...point].map((value, h) => Math.abs(value - season[h]!));
    expect(Math.max(...distances)).toBeLessThan(12);
  });

  it('has the errors of the median as the median of the errors', async () => {
    const { result } = await train();
    const errorsOf = (name: string) => candidateOf(result, name).errors;
    const [a, b, c] = ['naive', 'season', 'ses'].map(errorsOf);
    errorsOf('median').forEach((error, cell) => {
      if (Number.isNaN(error)) return;
      const sorted = [a![cell]!, b![cell]!, c![cell]!].sort((x, y) => x - y);
      expect(error).toBe(sorted[1]);
    });
  });

  it('names who refuses, and goes on without', async () => {
    const trained = await train([...members, { name: 'broken', forecaster: refusing }]);
    expect(trained.refused.map(({ name, reason }) => [name, reason.code])).toEqual([
      ['broken', 'FIT_DID_NOT_CONVERGE'],
    ]);
    expect([...trained.members.keys()]).not.toContain('broken');
  });

  it('judges what comes from shared parameters only after they were learned', async () => {
    const knowsUntil = addMs(epochMs(0), HOUR, 90);
    const pooled = { name: 'pooled', forecaster: naive(), knowsUntil };
    const { result } = await train([...members, pooled]);
    const errors = candidateOf(result, 'pooled').errors;
    // The origin at index 90 is row 51: the rows before it have no forecast.
    const firstOfRow = (row: number) => errors[row * 3]!;
    expect(firstOfRow(50)).toBeNaN();
    expect(firstOfRow(51)).toBe(candidateOf(result, 'naive').errors[51 * 3]);
  });

  it('blends nobody it could not measure', async () => {
    const late = { name: 'late', forecaster: naive(), knowsUntil: addMs(epochMs(0), HOUR, 500) };
    const trained = await train([...members, late], {
      core: ['naive', 'season', 'late'],
      admitted: [],
    });
    expect(trained.blends.get('median')).toEqual({ kind: 'median', members: ['naive', 'season'] });
    expect([...trained.members.keys()]).toContain('late');
  });

  it('has no blend of one', async () => {
    const trained = await train([members[0]!, members[1]!], { core: ['season'], admitted: [] });
    expect(trained.blends.size).toBe(0);
  });

  it('stops where the checkpoint says so', async () => {
    const stop = new Error('out of time');
    const checkpoint = () => {
      throw stop;
    };
    await expect(
      trainLineUp(
        { history: historyOf(VALUES), members, blend: BLEND, plan: PLAN },
        { checkpoint },
      ),
    ).rejects.toBe(stop);
  });
});
