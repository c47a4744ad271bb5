import { describe, expect, it } from '@jest/globals';
import { getModel, listModels, promoteModel, rollbackModel } from '#app/queries/models.ts';
import {
  ModelDetailSchema,
  ModelQuerySchema,
  ModelSchema,
  PromotionResponseSchema,
} from '#contracts/http/catalog.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { afterFirstTraining, CPU } from '#test/helpers/first-training.ts';
import type { MemoryServices } from '#test/helpers/memory-services.ts';

/** The trained version is the champion; an older and a newer one are beside it. */
async function threeVersions() {
  const services = await afterFirstTraining();
  const champion = (await services.registry.pointer(CPU))?.champion ?? '';
  const version = await services.registry.version(CPU, champion);
  if (!version) throw new Error('nothing was trained');
  const other = (name: string, day: number) => ({
    ...version,
    version: name,
    id: version.id.replace(champion, name),
    trained_at: `2026-03-0${day}T00:00:00.000Z`,
  });
  await services.registry.add(CPU, other('old', 1));
  await services.registry.add(CPU, other('new', 9));
  const idOf = (name: string) => version.id.replace(champion, name);
  return { services, champion, idOf };
}

async function list(services: MemoryServices, query: Readonly<Record<string, string>> = {}) {
  const models = await listModels(services, ModelQuerySchema.parse(query));
  return models.map((model) => {
    const { version, stage } = ModelSchema.parse(model);
    return `${version} ${stage}`;
  });
}

describe('models', () => {
  it('are listed newest first, each with its stage', async () => {
    const { services, champion } = await threeVersions();
    expect(await list(services)).toEqual(['new candidate', `${champion} champion`, 'old archived']);
  });

  it.each<[string, Readonly<Record<string, string>>, number]>([
    ['a stage', { stage: 'champion' }, 1],
    ["the seeds' name of a stage", { stage: 'Staging' }, 1],
    ['the seeds Production', { stage: 'Production' }, 1],
    ['the seeds Archived', { stage: 'Archived' }, 1],
    ['a metric by its alias', { metric: 'cpu' }, 3],
    ['another metric', { metric: 'memory' }, 0],
    ['a deployment', { deployment: 'web' }, 3],
    ['the other word for it', { workload: 'api' }, 0],
    ['a namespace', { namespace: 'shop' }, 3],
    ['another cluster', { cluster: 'eu' }, 0],
    ['another container', { container: 'app' }, 0],
  ])('are found by %s', async (_, query, count) => {
    const { services } = await threeVersions();
    expect(await list(services, query)).toHaveLength(count);
  });
});

describe('one model', () => {
  it('comes with its backtest, its coverage and where it is from', async () => {
    const { services, champion, idOf } = await threeVersions();
    const model = ModelDetailSchema.parse(await getModel(services, idOf(champion)));
    // 60 hours: the first model learned from 30, and each hour but the last after that is an origin.
    expect(model).toMatchObject({ stage: 'champion', origins: 30 });
    expect(model.backtest.map(({ member }) => member).sort()).toEqual([...model.members].sort());
    const naive = model.backtest.find(({ member }) => member === 'naive');
    // 30 + 29 + … + 1 forecasts, in the buckets that reach 30 steps.
    expect(naive?.pooled).toMatchObject({ from_step: 1, to_step: 30, cases: 465 });
    expect(naive?.buckets.map(({ to_step }) => to_step)).toEqual([1, 3, 6, 12, 30]);
    expect(naive?.buckets[0]).toMatchObject({ from_step: 1, cases: 30, skill_vs_naive: 0 });
    expect(model.coverage.length).toBeGreaterThan(0);
    expect(model.provenance).toMatchObject({ code_version: 'test', seed: 1 });
    expect(model).not.toHaveProperty('artifact_key');
    // Naive served before the first champion.
    expect(model.rollback_to).toEqual({ version: null });
  });

  it.each(['nonsense', 'default~shop~web~*~cpu_utilization~gone', 'a~b~c~d~e~f'])(
    'of the id %s is not found',
    async (id) => {
      const { services } = await threeVersions();
      expect(await rejectionOf(getModel(services, id))).toBe('NOT_FOUND');
      expect(await rejectionOf(promoteModel(services, id))).toBe('NOT_FOUND');
      expect(await rejectionOf(rollbackModel(services, id))).toBe('NOT_FOUND');
    },
  );
});

describe('the champion', () => {
  it('is changed by hand, and changed back', async () => {
    const { services, champion, idOf } = await threeVersions();
    const promoted = PromotionResponseSchema.parse(await promoteModel(services, idOf('old')));
    expect(promoted).toMatchObject({
      model: { version: 'old', stage: 'champion' },
      previous_version: champion,
    });
    expect((await getModel(services, idOf('old'))).rollback_to).toEqual({ version: champion });
    const back = PromotionResponseSchema.parse(await rollbackModel(services, idOf('old')));
    expect(back).toMatchObject({
      model: { version: champion, stage: 'champion' },
      previous_version: 'old',
    });
  });

  it('can go back to naive, and then no further', async () => {
    const { services, champion, idOf } = await threeVersions();
    const back = PromotionResponseSchema.parse(await rollbackModel(services, idOf(champion)));
    // Naive is no version: shown is the one that stepped down.
    expect(back).toMatchObject({
      model: { version: champion, stage: 'archived' },
      previous_version: champion,
    });
    expect((await getModel(services, idOf(champion))).rollback_to).toBeNull();
    const again = rollbackModel(services, idOf(champion));
    expect(await rejectionOf(again)).toBe('ROLLBACK_IMPOSSIBLE');
  });
});
