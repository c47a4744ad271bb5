import { describe, expect, it } from '@jest/globals';
import { mergeBranches } from '#app/training/merge-branches.ts';
import type { FittedMembers } from '#contracts/artifacts/stage-outputs.ts';
import type { WorkloadItem } from '#contracts/tasks/items.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { memoryStores } from '#test/helpers/memory-services.ts';

const ITEM = { run_id: 'r1', workload: 'default#shop#web#*' } as const;

/** A metric of one member, one pool and one that was left out, all of this name. */
function metricOf(name: string): FittedMembers['metrics'][string] {
  const final = { kind: name, version: 1 };
  return {
    members: { [name]: { early: null, final, fit_ms: 1, parameters: {} } },
    pools: [{ id: `pool of ${name}`, artifact: { key: 'k', sha256: 's', bytes: 1 } }],
    left_out: [{ member: `not ${name}`, code: 'HISTORY_TOO_SHORT', message: 'too short' }],
  };
}

/** The branches by the item's field they went to, merged. */
async function merged(
  branches: Partial<Record<'fitted' | 'boosted' | 'recurrent', FittedMembers['metrics']>>,
) {
  const { artifacts } = memoryStores();
  let item: WorkloadItem = ITEM;
  for (const [field, metrics] of Object.entries(branches)) {
    item = { ...item, [field]: await artifacts.save(`test/${field}`, { metrics }) };
  }
  return (await mergeBranches(artifacts, item)).metrics;
}

describe('the branches of a fit', () => {
  it('are one line-up, metric by metric', async () => {
    const metrics = await merged({
      fitted: { cpu: metricOf('ses'), memory: metricOf('naive') },
      boosted: { cpu: metricOf('xgboost'), memory: metricOf('xgboost') },
      recurrent: { cpu: metricOf('lstm') },
    });
    expect(Object.keys(metrics.cpu?.members ?? {})).toEqual(['ses', 'xgboost', 'lstm']);
    expect(metrics.cpu?.pools.map(({ id }) => id)).toEqual([
      'pool of ses',
      'pool of xgboost',
      'pool of lstm',
    ]);
    expect(metrics.cpu?.left_out.map(({ member }) => member)).toEqual([
      'not ses',
      'not xgboost',
      'not lstm',
    ]);
    expect(Object.keys(metrics.memory?.members ?? {})).toEqual(['naive', 'xgboost']);
  });

  it.each(['boosted', 'recurrent'] as const)('do without %s', async (field) => {
    const metrics = await merged({
      fitted: { cpu: metricOf('ses') },
      [field]: { cpu: metricOf('other') },
    });
    expect(Object.keys(metrics.cpu?.members ?? {})).toEqual(['ses', 'other']);
    expect(await merged({ fitted: { cpu: metricOf('ses') } })).toEqual({ cpu: metricOf('ses') });
  });

  it('are of the metrics that the statistical one has', async () => {
    const metrics = await merged({
      fitted: { cpu: metricOf('ses') },
      boosted: { gpu: metricOf('xgboost') },
    });
    expect(Object.keys(metrics)).toEqual(['cpu']);
  });

  it('need the statistical one, whole', async () => {
    expect(await rejectionOf(merged({ boosted: { cpu: metricOf('xgboost') } }))).toBe(
      'REQUEST_INVALID',
    );
    const { artifacts } = memoryStores();
    const fitted = await artifacts.save('test', { metrics: { cpu: { members: {} } } });
    expect(await rejectionOf(mergeBranches(artifacts, { ...ITEM, fitted }))).toBe(
      'ARTIFACT_CORRUPT',
    );
  });
});
