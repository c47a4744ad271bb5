import { describe, expect, it } from '@jest/globals';
import { simulatorSource } from '#adapters/sources/simulator-source.ts';
import { simulateWebshop } from '#core/simulate/webshop.ts';
import { WEBSHOP_METRICS } from '#core/simulate/webshop-parameters.ts';
import { epochMs, MINUTE } from '#core/time.ts';
import { workloadId } from '#core/workload.ts';

const WORKLOAD = workloadId({ namespace: 'sample', deployment: 'webshop' });
const START = epochMs(Date.parse('2026-01-05T00:00:00Z'));
const minutes = (count: number) => epochMs(START + count * MINUTE);

function collect(
  source: ReturnType<typeof simulatorSource>,
  from: number,
  to: number,
  metrics: readonly string[] = [],
) {
  return source.collect({
    workload: WORKLOAD,
    metrics,
    range: { from: minutes(from), to: minutes(to) },
  });
}

describe('the simulator source', () => {
  it('delivers the simulation at the start of each slot, as known at that time', async () => {
    const source = simulatorSource({ seed: 3, start: START });
    const { step, observations, counters, problems } = await collect(source, 10, 20);
    const { frame } = simulateWebshop({ seed: 3, start: START, steps: 4 });
    expect(step).toBe(300_000);
    expect(counters).toEqual([]);
    expect(problems).toEqual([]);
    expect(observations).toHaveLength(14);
    for (const [i, at] of [minutes(10), minutes(15)].entries()) {
      for (const metric of WEBSHOP_METRICS) {
        const value = frame.series.get(metric)?.values[2 + i];
        expect(observations).toContainEqual({
          metric,
          at,
          value,
          source: 'simulator',
          asOf: at,
        });
      }
    }
  });

  it.each([
    { from: 0, to: 4.99, slots: [] },
    { from: 0, to: 5, slots: [0] },
    { from: 0.01, to: 14, slots: [5] },
    { from: 5, to: 5, slots: [] },
    { from: 20, to: 5, slots: [] },
    { from: -60, to: 9, slots: [0] },
    { from: -60, to: -30, slots: [] },
  ])('delivers whole slots only: minutes $from to $to', async ({ from, to, slots }) => {
    const source = simulatorSource({ seed: 3, start: START });
    const { observations } = await collect(source, from, to, ['db_cpu']);
    expect(observations.map(({ at }) => (at - START) / MINUTE)).toEqual(slots);
  });

  it('gives the same in any order of ranges and in another process', async () => {
    const source = simulatorSource({ seed: 3, start: START });
    const late = await collect(source, 1_000, 1_100);
    const early = await collect(source, 0, 100);
    const again = await collect(source, 1_000, 1_100);
    expect(again).toEqual(late);
    const other = simulatorSource({ seed: 3, start: START });
    expect(await collect(other, 0, 100)).toEqual(early);
  });

  it('delivers the metrics asked for, and names those it does not simulate', async () => {
    const source = simulatorSource({ seed: 3, start: START });
    const { observations, problems } = await collect(source, 0, 5, ['request_rate', 'latency_p95']);
    expect(observations.map(({ metric }) => metric)).toEqual(['request_rate']);
    expect(problems).toEqual([{ metric: 'latency_p95', reason: 'not simulated' }]);
  });

  it('delivers the deployments of a range, as a monitoring system sees them', async () => {
    const { deployments: truth } = simulateWebshop({ seed: 7, start: START, steps: 14 * 288 });
    const [first] = truth;
    if (!first) throw new Error('nothing was deployed in a fortnight');
    const minute = (first.at - START) / MINUTE;
    const source = simulatorSource({ seed: 7, start: START });
    const { deployments } = await collect(source, 0, 14 * 1_440);
    expect(deployments).toEqual(truth.map(({ at }) => at));
    expect((await collect(source, minute, minute + 5)).deployments).toEqual([first.at]);
    expect((await collect(source, minute + 5, minute + 10)).deployments).toEqual([]);
  });

  it('tells nobody about incidents', async () => {
    const source = simulatorSource({ seed: 7, start: START });
    const { observations } = await collect(source, 0, 28 * 1_440, ['cpu_utilization']);
    const keys = new Set(observations.flatMap((observation) => Object.keys(observation)));
    expect([...keys].sort()).toEqual(['asOf', 'at', 'metric', 'source', 'value']);
  });
});
