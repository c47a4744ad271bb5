import { beforeAll, describe, expect, it } from '@jest/globals';
import { createArtifactStore } from '#adapters/artifact-store.ts';
import { createServices, type Services } from '#app/services.ts';
import { predict } from '#app/serving/predict.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { afterFirstTraining, CPU } from '#test/helpers/first-training.ts';

const REQUEST = PredictRequestSchema.parse({
  deployment: 'web',
  namespace: 'shop',
  metric: 'cpu_utilization',
});

/** Services as a cold function has them, and what they ask of their stores. */
async function coldServices() {
  const { observations, catalog, objects, clock } = await afterFirstTraining(72);
  const calls: string[] = [];
  const counted = <T extends object>(port: T, name: string): T =>
    new Proxy(port, {
      get(target, method) {
        calls.push(`${name}.${String(method)}`);
        return Reflect.get(target, method);
      },
    });
  const watched = counted(objects, 'objects');
  const services: Services = createServices(
    {
      observations: counted(observations, 'observations'),
      catalog: counted(catalog, 'catalog'),
      objects: watched,
      artifacts: createArtifactStore(watched),
    },
    clock,
  );
  calls.length = 0;
  return { services, calls };
}

describe('a forecast', () => {
  let services: Services;
  let calls: string[];
  beforeAll(async () => {
    ({ services, calls } = await coldServices());
  });

  it('on a cold cache takes one query, one object and four records', async () => {
    await predict(services, REQUEST);
    // The workload, the pointer, the version it names, the calibration that live errors have moved.
    expect(calls.toSorted()).toEqual([
      'catalog.get',
      'catalog.get',
      'catalog.get',
      'catalog.get',
      'objects.get',
      'observations.read',
    ]);
  });

  it('on a warm one takes one query and three records, all of which may have changed', async () => {
    calls.length = 0;
    await predict(services, REQUEST);
    expect(calls.toSorted()).toEqual([
      'catalog.get',
      'catalog.get',
      'catalog.get',
      'observations.read',
    ]);
  });

  it('is by a new champion at once', async () => {
    const before = await predict(services, REQUEST);
    const pointer = await services.registry.pointer(CPU);
    const champion = await services.registry.version(CPU, pointer?.champion ?? '');
    if (!champion) throw new Error('the sample workload has no champion');
    const next = { ...champion, version: 'next' };
    await services.registry.add(CPU, next);
    await services.registry.promote(CPU, 'next', champion.version);
    expect(before.metadata.model_version).toBe(champion.version);
    expect((await predict(services, REQUEST)).metadata.model_version).toBe('next');
  });
});
