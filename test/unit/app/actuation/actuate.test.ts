import { describe, expect, it } from '@jest/globals';
import { actuate } from '#app/actuation/actuate.ts';
import { readActuation, switchActuation } from '#app/actuation/switch-actuation.ts';
import { ActuationConfigSchema } from '#contracts/config/actuation.ts';
import { ActuationSchema } from '#contracts/http/actuation.ts';
import type { PublishedRecommendation } from '#contracts/http/recommend.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, durationMs, type EpochMs, MINUTE } from '#core/time.ts';
import { memoryScalableTargets } from '#test/helpers/memory-scalable-targets.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { recommendationOf } from '#test/helpers/recommendations.ts';

const ID = 'service/shop/web';
const START = at('2026-03-02T10:00:00Z');
/** Runs come this often; recommendations are valid for this long. */
const EVERY = durationMs(5 * MINUTE);
const VALIDITY = durationMs(20 * MINUTE);

/** `shop/web` as a target of 2 to 10, in Helios' hands. */
function world(start = START, changes: { readonly dry_run?: boolean } = {}) {
  const services = memoryServices(start);
  const targets = memoryScalableTargets();
  targets.register(ID, { minimum: 2, maximum: 10 });
  const config = ActuationConfigSchema.parse({
    enabled: true,
    dry_run: false,
    targets: [{ deployment: 'web', namespace: 'shop', resource_id: ID }],
    ...changes,
  });
  const deps = { ...services, config, targets };
  return {
    ...deps,
    services,
    /** A run at a time, after everything that was due by then. */
    async runAt(now: EpochMs) {
      services.clock.set(now);
      targets.advanceTo(now);
      return actuate(deps);
    },
    publish: (from: EpochMs, recommendation: Partial<PublishedRecommendation> = {}) =>
      services.recommendations.publish(
        recommendationOf({ from, until: addMs(from, VALIDITY) }, recommendation),
      ),
    minimum: () => targets.boundsOf(ID)?.minimum,
  };
}

describe('a raise', () => {
  it('follows a recommendation, and goes back by itself when it expires', async () => {
    const shop = world();
    await shop.publish(START);
    const { run } = await shop.runAt(START);
    expect(run.targets).toMatchObject([
      {
        resource_id: ID,
        minimum: 2,
        maximum: 10,
        because: { code: 'RAISE', details: { minimum: 6, original: 2 } },
        steps: [
          { kind: 'put', name: 'helios-restore-web', at: '2026-03-02T10:20:00.000Z', minimum: 2 },
          { kind: 'put', name: 'helios-raise-web', at: '2026-03-02T10:01:01.000Z', minimum: 6 },
        ],
      },
    ]);
    shop.targets.advanceTo(at('2026-03-02T10:01:00Z'));
    expect(shop.minimum()).toBe(2);
    shop.targets.advanceTo(at('2026-03-02T10:01:01Z'));
    expect(shop.minimum()).toBe(6);
    // No run comes any more: nothing of ours is needed for it to go back.
    shop.targets.advanceTo(at('2026-03-02T10:19:59Z'));
    expect(shop.minimum()).toBe(6);
    shop.targets.advanceTo(at('2026-03-02T10:20:00Z'));
    expect(shop.minimum()).toBe(2);
    expect(shop.targets.actionsOf(ID).size).toBe(0);
    await shop.runAt(at('2026-03-02T10:25:00Z'));
    expect(await shop.actuation.memory(`ecs:service:DesiredCount ${ID}`)).toBeUndefined();
  });

  it('lasts while recommendations follow each other, then ends', async () => {
    const shop = world();
    const seen: (number | undefined)[] = [];
    for (let i = 0; i < 12; i++) {
      const now = addMs(START, EVERY, i);
      if (i < 6) await shop.publish(now);
      await shop.runAt(now);
      seen.push(shop.minimum());
    }
    // Raised from 10:01:01 on; the last recommendation is of 10:25 and valid until 10:45.
    expect(seen).toEqual([2, 6, 6, 6, 6, 6, 6, 6, 6, 2, 2, 2]);
  });

  it('is written once, however often it is run', async () => {
    const shop = world();
    await shop.publish(START);
    await shop.runAt(START);
    const before = [...shop.targets.writes];
    await shop.runAt(START);
    await shop.runAt(addMs(START, MINUTE, 2));
    expect(shop.targets.writes).toEqual(before);
  });

  it.each([0, 1, 2, 3])(
    'leaves nothing raised for ever when it ends after %i writes',
    async (n) => {
      const shop = world();
      await shop.publish(START);
      shop.targets.failAfter(n);
      await shop.runAt(START).catch(() => {});
      shop.targets.advanceTo(addMs(START, VALIDITY));
      expect(shop.minimum()).toBe(2);
      expect(shop.targets.actionsOf(ID).size).toBe(0);
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'leaves nothing raised for ever when Helios dies after %i writes of a long day',
    async (n) => {
      const shop = world();
      shop.targets.failAfter(n);
      let isDead = false;
      for (let i = 0; i < 8 && !isDead; i++) {
        const now = addMs(START, EVERY, i);
        await shop.publish(now, { target_replicas: [6, 8, 8, 3][i % 4] ?? 6 });
        await shop.runAt(now).catch(() => {
          isDead = true;
        });
      }
      // An hour after the last recommendation has expired, without a single run.
      shop.targets.advanceTo(addMs(START, MINUTE, 120));
      expect(shop.minimum()).toBe(2);
    },
  );

  it.each([
    ['it is simulated', { simulated: true }],
    ['it holds', { target_replicas: null, action: 'investigate' }],
    ['no more than is configured is wanted', { target_replicas: 2, action: 'scale_in' }],
  ] as const)('is none when %s', async (_, changes) => {
    const shop = world();
    await shop.publish(START, changes);
    await shop.runAt(START);
    expect(shop.targets.writes).toEqual([]);
  });

  it('is none of a recommendation that has expired, by a millisecond', async () => {
    const shop = world();
    await shop.publish(START);
    const { run } = await shop.runAt(addMs(START, VALIDITY));
    expect(run.targets[0]?.because.code).toBe('NOTHING_VALID');
    expect(shop.targets.writes).toEqual([]);
  });
});

describe('a change to or from daylight saving time', () => {
  it.each([
    // In Berlin 01:59:59 is followed by 03:00:00 at 01:00 UTC, and in autumn 02:59:59 by 02:00:00.
    ['forward', '2026-03-29T00:50:00Z'],
    ['back', '2026-10-25T00:50:00Z'],
  ])('%s neither lengthens nor shortens a raise', async (_, start) => {
    const shop = world(at(start));
    await shop.publish(at(start));
    await shop.runAt(at(start));
    // Twenty minutes are twenty minutes.
    expect(shop.targets.actionsOf(ID).get('helios-restore-web')?.at).toBe(at(start) + VALIDITY);
    shop.targets.advanceTo(addMs(at(start), MINUTE, 19));
    expect(shop.minimum()).toBe(6);
    shop.targets.advanceTo(addMs(at(start), MINUTE, 20));
    expect(shop.minimum()).toBe(2);
  });
});

describe('a dry run', () => {
  it('tells what it would do, and writes nothing but that', async () => {
    const shop = world(START, { dry_run: true });
    await shop.publish(START);
    const { run } = await shop.runAt(START);
    expect(run).toMatchObject({ dry_run: true, targets: [{ because: { code: 'RAISE' } }] });
    expect(run.targets[0]?.steps.map(({ name }) => name)).toEqual([
      'helios-restore-web',
      'helios-raise-web',
    ]);
    expect(shop.targets.writes).toEqual([]);
    expect(await shop.actuation.memory(`ecs:service:DesiredCount ${ID}`)).toBeUndefined();
    expect(ActuationSchema.parse(await readActuation(shop)).last_run).toEqual(run);
  });
});

describe('the switch', () => {
  it('takes back what is raised, deletes what is ours, and keeps anything from being raised', async () => {
    const shop = world();
    await shop.publish(START);
    await shop.runAt(START);
    const raised = addMs(START, EVERY);
    shop.services.clock.set(raised);
    shop.targets.advanceTo(raised);
    await switchActuation(
      shop,
      true,
      { note: 'a test of the load balancer' },
      'arn:aws:iam::1:user/ada',
    );
    await shop.publish(raised);
    await shop.runAt(raised);
    expect(shop.minimum()).toBe(6);
    // A minute and a second later it has gone back; the next run tidies up.
    shop.targets.advanceTo(addMs(raised, durationMs(MINUTE + 1_000)));
    expect(shop.minimum()).toBe(2);
    const later = addMs(raised, EVERY);
    await shop.publish(later);
    const { run } = await shop.runAt(later);
    expect(run.stopped).toBe(true);
    expect(shop.targets.actionsOf(ID).size).toBe(0);
    expect((await readActuation(shop)).switch).toEqual({
      stopped: true,
      changed_at: '2026-03-02T10:05:00.000Z',
      changed_by: 'arn:aws:iam::1:user/ada',
      note: 'a test of the load balancer',
    });
    await switchActuation(shop, false, {}, undefined);
    const resumed = addMs(later, EVERY);
    await shop.publish(resumed);
    await shop.runAt(resumed);
    shop.targets.advanceTo(addMs(resumed, MINUTE, 2));
    expect(shop.minimum()).toBe(6);
  });
});

describe('a target that fails', () => {
  it('does not keep the others, and is told', async () => {
    const shop = world();
    const other = 'service/shop/api';
    shop.targets.register(other, { minimum: 1, maximum: 5 });
    const targets = [
      { deployment: 'api', namespace: 'shop', resource_id: other },
      { deployment: 'web', namespace: 'shop', resource_id: ID },
    ];
    const config = ActuationConfigSchema.parse({ enabled: true, dry_run: false, targets });
    await shop.publish(START);
    const failing = {
      ...shop.targets,
      bounds: async (target: Parameters<typeof shop.targets.bounds>[0]) => {
        if (target.resource_id === other) throw new DomainError('THROTTLED', 'slow down');
        return shop.targets.bounds(target);
      },
    };
    const { run, failures } = await actuate({ ...shop, config, targets: failing });
    expect(failures).toMatchObject([{ target: `ecs:service:DesiredCount ${other}` }]);
    expect(run.targets.map(({ because }) => because.code)).toEqual(['THROTTLED', 'RAISE']);
  });
});
