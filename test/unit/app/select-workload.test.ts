import { describe, expect, it } from '@jest/globals';
import { resolveWorkload, selectorParts, selectWorkload } from '#app/select-workload.ts';
import { codeOf, rejectionOf } from '#test/helpers/error-code.ts';
import { feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-02T10:00:00Z');

describe('a selector', () => {
  it('takes both words for the same thing', () => {
    expect(selectorParts({ workload: 'web', container_name: 'app' })).toEqual(
      selectorParts({ deployment: 'web', container: 'app' }),
    );
    expect(selectorParts({ deployment: 'web', workload: 'web' }).deployment).toBe('web');
  });

  it.each([
    [{ deployment: 'web', workload: 'api' }],
    [{ deployment: 'web', container: 'app', container_name: 'side' }],
  ])('that contradicts itself is refused: %j', (selector) => {
    expect(codeOf(() => selectWorkload(selector))).toBe('REQUEST_INVALID');
  });

  it('without a deployment names no workload', () => {
    expect(codeOf(() => selectWorkload({ namespace: 'shop' }))).toBe('REQUEST_INVALID');
  });

  it('fills in the defaults', () => {
    expect(selectWorkload({ deployment: 'web' })).toEqual({
      cluster: 'default',
      namespace: 'default',
      deployment: 'web',
      container: '*',
    });
  });
});

describe('a request', () => {
  const known = async (...workloads: readonly (readonly [string, string])[]) => {
    const services = memoryServices(NOW);
    for (const [namespace, deployment] of workloads) {
      await feed(services, { cpu: [0.5] }, { start: NOW, namespace, deployment });
    }
    return services.directory;
  };

  it('without a deployment means the only workload there is', async () => {
    const directory = await known(['shop', 'web']);
    expect((await resolveWorkload(directory, {})).key).toBe('default#shop#web#*');
    const named = await resolveWorkload(directory, { namespace: 'shop', cluster: 'default' });
    expect(named.key).toBe('default#shop#web#*');
  });

  it.each([[{ namespace: 'prod' }], [{ cluster: 'eu' }], [{ container: 'app' }]])(
    'that names another place does not mean it: %j',
    async (selector) => {
      const directory = await known(['shop', 'web']);
      expect(await rejectionOf(resolveWorkload(directory, selector))).toBe('REQUEST_INVALID');
    },
  );

  it('without a deployment is refused where there are several, and says which', async () => {
    const directory = await known(['shop', 'web'], ['shop', 'api'], ['prod', 'db']);
    await expect(resolveWorkload(directory, {})).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      details: { known: ['default#prod#db#*', 'default#shop#api#*', 'default#shop#web#*'] },
    });
    // One of them is alone in its namespace.
    expect((await resolveWorkload(directory, { namespace: 'prod' })).key).toBe('default#prod#db#*');
  });

  it('is refused where there is none', async () => {
    expect(await rejectionOf(resolveWorkload(await known(), {}))).toBe('REQUEST_INVALID');
    const named = resolveWorkload(await known(), { deployment: 'web' });
    expect(await rejectionOf(named)).toBe('NOT_FOUND');
  });
});
