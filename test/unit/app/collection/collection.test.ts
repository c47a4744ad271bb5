import { describe, expect, it } from '@jest/globals';
import { listSources, readCollectionBudget } from '#app/collection/collection-queries.ts';
import { surveyedRounds } from '#app/collection/survey.ts';
import type { ResourceFinder } from '#app/ports/resource-finder.ts';
import { collectAll } from '#app/scheduled/collect.ts';
import { dispatch } from '#app/scheduled/dispatch.ts';
import { DiscoveryConfigSchema } from '#contracts/config/discovery.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, DEFAULT_STEP, HOUR } from '#core/time.ts';
import { collectionOf } from '#test/helpers/collection.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recordingQueue } from '#test/helpers/recording-queue.ts';

/** Half of a month of 30 days is left: 15 days of 288 rounds. */
const NOW = at('2026-04-16T00:00:00Z');
const ROUNDS_LEFT = 15 * 288;
const METRIC = { namespace: 'AWS/ECS', metric_name: 'CPUUtilization' };
const WEB = 'default#shop#web#*';
const API = 'default#shop#api#*';

/** Two workloads of one metric each; `web` has a model that beats naive. */
async function setUp(monthlyBudgetUsd: number, finder?: ResourceFinder) {
  const services = memoryServices(NOW);
  await services.registry.promote({ workload: WEB, metric: 'cpu_utilization' }, 'v1', null);
  const metrics = { cpu_utilization: METRIC };
  const collection = collectionOf(services, {
    workloads: ['web', 'api'].map((deployment) => ({ deployment, namespace: 'shop', metrics })),
    collection: { monthly_budget_usd: monthlyBudgetUsd },
  });
  const rounds = surveyedRounds({
    ...services,
    ...collection,
    discovery: DiscoveryConfigSchema.parse(finder ? { kinds: ['lambda-function'] } : {}),
    finder: finder ?? NO_FINDER,
  });
  return { services, collection, rounds };
}

const NO_FINDER: ResourceFinder = { listMetrics: async () => [], tagged: async () => undefined };

async function sent({ services, rounds }: Awaited<ReturnType<typeof setUp>>) {
  const queue = recordingQueue();
  await dispatch({ ...services, queue, collected: [], rounds }, { task: 'collect-and-score' });
  return queue.sent;
}

describe('a round of collection', () => {
  it('reads everything while the budget lasts, and says what it will have cost', async () => {
    const setup = await setUp(50);
    expect(await sent(setup)).toEqual([
      { kind: 'collect', workload: WEB },
      { kind: 'collect', workload: API },
    ]);
    expect(await readCollectionBudget({ ...setup.services, ...setup })).toMatchObject({
      month: '2026-04',
      budget_usd: 50,
      spent_usd: 0,
      // 2 metrics in each of 4,320 rounds, at a thousandth of a cent.
      projected_usd: (2 * ROUNDS_LEFT) / 100_000,
      watched_series: 2,
      lowered: [],
      status: 'within',
    });
  });

  it('reads what no model serves more rarely before the budget is overspent', async () => {
    // Enough for 1.6 of the two series, after the reserve of 2 %: one at half its cadence.
    const setup = await setUp((1.6 * ROUNDS_LEFT) / 0.98 / 100_000);
    const { services } = setup;
    let reads = 0;
    for (let round = 0; round < 12; round++) {
      services.clock.set(addMs(NOW, DEFAULT_STEP, round));
      const messages = await sent(setup);
      expect(messages).toContainEqual({ kind: 'collect', workload: WEB });
      reads += messages.filter((each) => 'workload' in each && each.workload === API).length;
    }
    const answer = await readCollectionBudget({ ...services, ...setup });
    expect(answer).toMatchObject({ status: 'lowered', lowered_series: 1 });
    expect(answer.lowered[0]).toMatchObject({
      workload: { deployment: 'api' },
      value: 'unused',
      every_seconds: 600,
      instead_of_seconds: 300,
      reason: expect.stringContaining('no model was trained of it'),
    });
    expect(reads).toBe(6);
    expect(answer.projected_usd).toBeLessThanOrEqual(answer.budget_usd);
  });

  it('watches what discovery finds, and keeps what it knew when discovery fails', async () => {
    let isDown = false;
    const finder: ResourceFinder = {
      ...NO_FINDER,
      listMetrics: async (_, { namespace, metricName }) => {
        if (isDown) throw new DomainError('SOURCE_UNAVAILABLE', 'ListMetrics did not answer');
        return metricName === 'Invocations'
          ? ['pay', 'bad name'].map((FunctionName) => ({
              namespace,
              metricName,
              dimensions: { FunctionName },
            }))
          : [];
      },
    };
    const setup = await setUp(50, finder);
    const keys = async () =>
      (await sent(setup)).map((each) => ('workload' in each ? each.workload : each.source));
    expect(await keys()).toEqual([WEB, API]);
    expect(await keys()).toEqual([WEB, API, 'default#lambda#pay#*']);
    const problem = async () => {
      const [discovery] = (await listSources({ ...setup.services, ...setup })).sources;
      return discovery?.last_problem?.message;
    };
    // What is found and not watched is nobody's secret.
    expect(await problem()).toBe(
      '1 left out: lambda-function bad name: its name cannot be a workload’s: 128 letters, digits, . _ - at most',
    );
    isDown = true;
    await setup.rounds.plan();
    expect(await keys()).toContain('default#lambda#pay#*');
    const { sources } = await listSources({ ...setup.services, ...setup });
    expect(sources).toEqual([
      expect.objectContaining({
        name: 'discovery',
        last_success: '2026-04-16T00:00:00.000Z',
        last_problem: expect.objectContaining({ message: 'ListMetrics did not answer' }),
      }),
    ]);
  });
});

describe('sources', () => {
  it('tell when they were read, what went wrong with whom, and how old their data are', async () => {
    const { services, collection } = await setUp(50);
    const source = {
      name: 'cloudwatch',
      collect: async () => {
        throw new RangeError('not called');
      },
      collectAll: async () => [
        {
          collected: {
            step: DEFAULT_STEP,
            counters: [],
            problems: [],
            observations: [
              { metric: 'cpu_utilization', at: NOW, value: 1, source: 'cloudwatch', asOf: NOW },
            ],
          },
        },
        { error: new DomainError('THROTTLED', 'cloudwatch throttles GetMetricData') },
      ],
    };
    const jobs = [WEB, API].map((workload) => ({
      workload,
      plan: { source, metrics: ['cpu_utilization'] },
    }));
    const outcomes = await collectAll(services, jobs);
    // What is wrong with one workload leaves the other alone.
    expect(outcomes).toEqual([
      { observations: 1, problems: [] },
      { error: expect.objectContaining({ code: 'THROTTLED' }) },
    ]);
    await collection.ledger.take(7);
    services.clock.set(addMs(NOW, HOUR));
    expect((await listSources({ ...services, collection })).sources).toEqual([
      {
        name: 'cloudwatch',
        workloads: 1,
        last_success: '2026-04-16T00:00:00.000Z',
        last_problem: {
          at: '2026-04-16T00:00:00.000Z',
          code: 'THROTTLED',
          message: 'cloudwatch throttles GetMetricData',
          workload: API,
        },
        data_as_of: '2026-04-16T00:00:00.000Z',
        data_age_seconds: 3_600,
        requested_metrics: 7,
      },
    ]);
  });
});
