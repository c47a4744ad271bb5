import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import {
  createModelRegistry,
  type ModelVersion,
  modelId,
  parseModelId,
  toModelInfo,
} from '#app/model-registry.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { NAME_PART } from '#core/workload.ts';
import { codeOf, rejectionOf } from '#test/helpers/error-code.ts';

const SUBJECT = { workload: 'default#shop#web#*', metric: 'cpu_utilization' };

function version(name: string, trainedAt = '2026-03-02T10:00:00.000Z'): ModelVersion {
  return {
    id: modelId(SUBJECT, name),
    workload: { cluster: 'default', namespace: 'shop', deployment: 'web', container: '*' },
    metric: SUBJECT.metric,
    version: name,
    model: 'median',
    members: ['naive', 'median'],
    trained_at: trainedAt,
    training: { from: '2026-03-01T00:00:00.000Z', to: trainedAt, steps: 60 },
    skill: { vs_naive: 0.2, vs_seasonal_naive: null, mae: 0.01, cases: 90 },
    decision: { code: 'WON', message: 'better than all' },
    sha256: name.repeat(4),
    run_id: 'run-1',
    artifact_key: `models/${name}.json.gz`,
  };
}

describe('a version', () => {
  it('that was added is the latest, and serves nobody', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    await registry.add(SUBJECT, version('v1'));
    expect(await registry.pointer(SUBJECT)).toEqual({
      champion: null,
      latest: 'v1',
      previous: [],
    });
    expect(await registry.version(SUBJECT, 'v1')).toEqual(version('v1'));
    expect(await registry.version(SUBJECT, 'v2')).toBeUndefined();
  });

  it('added twice is added once', async () => {
    const catalog = createMemoryCatalogStore();
    const registry = createModelRegistry(catalog);
    await registry.add(SUBJECT, version('v1'));
    await registry.add(SUBJECT, version('v1'));
    expect(await registry.versions(SUBJECT)).toEqual([version('v1')]);
    const [pointer] = await catalog.list('models');
    expect(pointer?.revision).toBe(1);
  });

  it('is kept beside the others, newest first', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    await registry.add(SUBJECT, version('b', '2026-03-02T10:00:00.000Z'));
    await registry.add(SUBJECT, version('a', '2026-03-03T10:00:00.000Z'));
    await registry.add(SUBJECT, version('c', '2026-03-01T10:00:00.000Z'));
    const names = (await registry.versions(SUBJECT)).map((each) => each.version);
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it('has the stage that the pointer gives it', () => {
    const pointer = { champion: 'v1', latest: 'v3', previous: [null] };
    const stages = ['v1', 'v2', 'v3'].map((name) => toModelInfo(version(name), pointer).stage);
    expect(stages).toEqual(['champion', 'archived', 'candidate']);
    // The newest version is no candidate for what it already is.
    const { stage } = toModelInfo(version('v1'), { ...pointer, latest: 'v1' });
    expect(stage).toBe('champion');
    expect(toModelInfo(version('v1'), pointer)).not.toHaveProperty('artifact_key');
  });
});

describe('the champion', () => {
  it('changes only from the one that was expected', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    await registry.promote(SUBJECT, 'v1', null);
    await registry.promote(SUBJECT, 'v2', 'v1');
    const late = registry.promote(SUBJECT, 'v3', 'v1');
    await expect(late).rejects.toMatchObject({
      code: 'MODEL_CHANGED',
      details: { champion: 'v2', expected: 'v1' },
    });
    expect((await registry.pointer(SUBJECT))?.champion).toBe('v2');
  });

  it('can be promoted again without effect, whatever was expected', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    await registry.promote(SUBJECT, 'v1', null);
    await registry.promote(SUBJECT, 'v1', null);
    expect(await registry.pointer(SUBJECT)).toMatchObject({ champion: 'v1', previous: [null] });
  });

  it('goes back one by one, to naive in the end', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    await registry.promote(SUBJECT, 'v1', null);
    await registry.promote(SUBJECT, 'v2', 'v1');
    expect(await registry.rollback(SUBJECT)).toEqual({ from: 'v2', to: 'v1' });
    expect(await registry.rollback(SUBJECT)).toEqual({ from: 'v1', to: null });
    expect(await registry.pointer(SUBJECT)).toMatchObject({ champion: null, previous: [] });
    expect(await rejectionOf(registry.rollback(SUBJECT))).toBe('ROLLBACK_IMPOSSIBLE');
  });

  it('can step down for naive, and come back', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    await registry.promote(SUBJECT, 'v1', null);
    await registry.promote(SUBJECT, null, 'v1');
    expect((await registry.pointer(SUBJECT))?.champion).toBeNull();
    expect(await registry.rollback(SUBJECT)).toEqual({ from: null, to: 'v1' });
  });

  it('of a subject that never had one has nothing to go back to', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    expect(await rejectionOf(registry.rollback(SUBJECT))).toBe('ROLLBACK_IMPOSSIBLE');
    expect(await registry.pointer(SUBJECT)).toBeUndefined();
  });

  it('remembers the twenty before it', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    for (let i = 1; i <= 25; i++) {
      await registry.promote(SUBJECT, `v${i}`, i === 1 ? null : `v${i - 1}`);
    }
    const pointer = await registry.pointer(SUBJECT);
    // Of null, v1 … v24 the newest twenty: v5 … v24.
    expect(pointer?.previous).toHaveLength(20);
    expect([pointer?.previous[0], pointer?.previous.at(-1)]).toEqual(['v5', 'v24']);
  });

  it('is taken by exactly one of two who want it at once', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    const outcomes = await Promise.all(
      ['v1', 'v2'].map((name) => rejectionOf(registry.promote(SUBJECT, name, null))),
    );
    expect(outcomes.sort()).toEqual(['MODEL_CHANGED', undefined]);
  });

  it('is given up on when others write without end', async () => {
    const catalog = createMemoryCatalogStore();
    const busy: CatalogStore = { ...catalog, put: async () => undefined };
    const promoted = createModelRegistry(busy).promote(SUBJECT, 'v1', null);
    expect(await rejectionOf(promoted)).toBe('STORE_UNAVAILABLE');
  });
});

describe('subjects', () => {
  it('are listed with their pointers, dots and stars in their names or not', async () => {
    const registry = createModelRegistry(createMemoryCatalogStore());
    const odd = { workload: 'eu.west-1#a.b#My_App-2#*', metric: 'x9_' };
    await registry.promote(odd, 'v1', null);
    await registry.add(SUBJECT, version('v2'));
    expect(await registry.subjects()).toEqual([
      { ...SUBJECT, pointer: { champion: null, latest: 'v2', previous: [] } },
      { ...odd, pointer: { champion: 'v1', latest: null, previous: [null] } },
    ]);
  });
});

describe('the id of a model', () => {
  it('survives every name that is allowed', () => {
    const part = fc.stringMatching(NAME_PART);
    fc.assert(
      fc.property(
        fc.tuple(part, part, part, part),
        fc.stringMatching(METRIC_NAME),
        fc.stringMatching(/^[0-9a-f]{16}$/),
        (parts, metric, name) => {
          const subject = { workload: parts.join('#'), metric };
          expect(parseModelId(modelId(subject, name))).toEqual({ subject, version: name });
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each(['', 'web', 'a~b~c~d~e', 'a~b~c~d~e~f~g', '~b~c~d~e~f', 'a~b~c~d~~f', 'a~b~c~d~e~'])(
    'of another form is not found: %j',
    (id) => {
      expect(codeOf(() => parseModelId(id))).toBe('NOT_FOUND');
    },
  );
});
