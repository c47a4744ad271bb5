import { describe, expect, it, jest } from '@jest/globals';
import { ApiError, errorOf } from '#web/api/api-error.ts';
import { type ApiClient, createClient, type Question } from '#web/api/client.ts';
import { createOutlookLoader } from '#web/api/outlook-loader.ts';
import { withQuery } from '#web/api/query.ts';
import { isStale, pauseMs, UNKNOWN } from '#web/api/resource.ts';
import { createResourceStore } from '#web/api/resource-store.ts';
import { href, parseHash, workloadHref, workloadOf } from '#web/routing/location.ts';

/** Lets what was promised happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Timers that run when they are told to. */
function handTimers() {
  const waiting: { run: () => void; ms: number }[] = [];
  return {
    waiting,
    later: (run: () => void, ms: number) => {
      const timer = { run, ms };
      waiting.push(timer);
      return () => {
        const at = waiting.indexOf(timer);
        if (at >= 0) waiting.splice(at, 1);
      };
    },
    runNext: () => waiting.shift()?.run(),
  };
}

/** A client whose answers are given one by one; an `ApiError` is thrown. */
function scriptedClient(answers: unknown[]) {
  const asked: Question[] = [];
  const client: ApiClient = {
    async ask<T>(question: Question) {
      asked.push(question);
      const answer = answers.shift();
      if (answer instanceof ApiError) throw answer;
      return answer as T;
    },
  };
  return { client, asked };
}

const LOST = new ApiError('unreachable', 'the API cannot be reached');

describe('a place', () => {
  it.each([
    ['', { view: '', rest: [], query: {} }],
    ['#/fleet', { view: 'fleet', rest: [], query: {} }],
    [
      '#/workload/default/a%2Fb/web/*?metric=cpu&q=a+b',
      {
        view: 'workload',
        rest: ['default', 'a/b', 'web', '*'],
        query: { metric: 'cpu', q: 'a b' },
      },
    ],
    ['#/fleet/%zz?', { view: 'fleet', rest: ['%zz'], query: {} }],
  ])('is read from %p', (hash, place) => {
    expect(parseHash(hash)).toEqual(place);
  });

  it('of a workload leads back to it, whatever its names', () => {
    const workload = { cluster: 'a/b', namespace: '?#&', deployment: '<b>"é', container: '*' };
    expect(workloadOf(parseHash(workloadHref('workload', workload, { q: '%&=' })))).toEqual(
      workload,
    );
    expect(parseHash(href(['x'], { q: '%&=', none: undefined, empty: '' })).query).toEqual({
      q: '%&=',
    });
    expect(workloadOf(parseHash('#/models'))).toBeUndefined();
  });
});

describe('a client', () => {
  it('asks again with the tag it has, and takes 304 as the answer it had', async () => {
    const fetched = jest.fn<typeof fetch>();
    fetched.mockResolvedValueOnce(new Response('{"a":1}', { headers: { etag: 'W/"t"' } }));
    fetched.mockResolvedValueOnce(new Response(null, { status: 304 }));
    const client = createClient({ base: '/app', fetch: fetched, token: async () => 'abc' });
    const first = await client.ask({ path: '/x' });
    expect(first).toEqual({ a: 1 });
    expect(await client.ask({ path: '/x' })).toBe(first);
    const [url, { headers } = {}] = fetched.mock.calls[1] ?? [];
    expect(url).toBe('/app/x');
    expect(new Headers(headers).get('if-none-match')).toBe('W/"t"');
    expect(new Headers(headers).get('authorization')).toBe('Bearer abc');
  });

  it('says what the API said of an error, and who did not answer', async () => {
    const error = { code: 'NOT_FOUND', message: 'no such thing', details: {}, hint: 'look' };
    const body = JSON.stringify({ error, request_id: 'r' });
    const signedOut = jest.fn();
    const ask = (answer: () => Promise<Response>) =>
      createClient({ base: '', fetch: answer, onSignedOut: signedOut }).ask({ path: '/x' });
    await expect(ask(async () => new Response(body, { status: 404 }))).rejects.toMatchObject({
      ...{ kind: 'refused', status: 404, code: 'NOT_FOUND', hint: 'look', requestId: 'r' },
      message: 'no such thing',
    });
    await expect(ask(() => Promise.reject(new TypeError('failed')))).rejects.toMatchObject({
      kind: 'unreachable',
    });
    await expect(ask(async () => new Response('<html>'))).rejects.toMatchObject({ kind: 'broken' });
    expect(signedOut).not.toHaveBeenCalled();
    await expect(ask(async () => new Response('{}', { status: 401 }))).rejects.toMatchObject({
      kind: 'signed_out',
    });
    expect(signedOut).toHaveBeenCalledTimes(1);
    expect(errorOf(502, undefined).kind).toBe('unreachable');
    expect(errorOf(500, { error: 'text' }).kind).toBe('broken');
  });

  it('leaves out of a query what is not given', () => {
    expect(withQuery('/x', { a: 1, b: undefined, c: 'é&' })).toBe('/x?a=1&c=%C3%A9%26');
    expect(withQuery('/x', { a: undefined })).toBe('/x');
  });
});

describe('what the page shows', () => {
  const storeOf = (answers: unknown[]) => {
    const { client, asked } = scriptedClient(answers);
    const timers = handTimers();
    const clock = { now: 1_000_000 };
    const store = createResourceStore({
      client,
      now: () => clock.now,
      random: () => 0.5,
      later: timers.later,
    });
    return { store, asked, timers, clock };
  };
  const QUESTION = { path: '/x' };

  it('is asked for once by all who show it, again after a pause, and no more when nobody does', async () => {
    const { store, asked, timers } = storeOf([{ n: 1 }, { n: 2 }]);
    const changed = jest.fn();
    const leave = [
      store.subscribe(QUESTION, 30_000, changed),
      store.subscribe({ path: '/x' }, 60_000, () => undefined),
    ];
    await settle();
    expect(asked).toHaveLength(1);
    expect(store.state(QUESTION)).toMatchObject({ data: { n: 1 }, confirmedAt: 1_000_000 });
    // The shorter of the two pauses, neither longer nor shorter by chance: 0.9 + 0.2 × 0.5 = 1.
    expect(timers.waiting.map(({ ms }) => ms)).toEqual([30_000]);
    timers.runNext();
    await settle();
    expect(store.state(QUESTION).data).toEqual({ n: 2 });
    expect(changed).toHaveBeenCalledTimes(2);
    for (const each of leave) each();
    expect(timers.waiting).toEqual([]);
  });

  it('stays when the API is lost, says since when, and asks ever more rarely', async () => {
    const { store, timers, clock } = storeOf([{ n: 1 }, LOST, LOST, { n: 2 }]);
    store.subscribe(QUESTION, 30_000, () => undefined);
    await settle();
    clock.now = 1_030_000;
    timers.runNext();
    await settle();
    expect(store.connection()).toEqual({ lostSince: 1_030_000, reachedAt: 1_000_000 });
    expect(store.state(QUESTION)).toMatchObject({
      ...{ data: { n: 1 }, confirmedAt: 1_000_000, failingSince: 1_030_000, failures: 1 },
    });
    expect(timers.waiting[0]?.ms).toBe(60_000);
    clock.now = 1_090_000;
    timers.runNext();
    await settle();
    expect(store.connection().lostSince).toBe(1_030_000);
    expect(timers.waiting[0]?.ms).toBe(120_000);
    timers.runNext();
    await settle();
    expect(store.state(QUESTION)).toMatchObject({
      data: { n: 2 },
      failures: 0,
      failure: undefined,
    });
    expect(store.connection().lostSince).toBeUndefined();
  });

  it('is not asked for in a hidden tab, and at once when it is seen again', async () => {
    const { store, asked, timers } = storeOf([1, 2]);
    store.subscribe(QUESTION, 30_000, () => undefined);
    await settle();
    store.setVisible(false);
    expect(timers.waiting).toEqual([]);
    store.setVisible(true);
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('is asked for again when something was changed', async () => {
    const { store, asked } = storeOf([1, 2, 3]);
    store.subscribe({ path: '/api/v1/models' }, Number.POSITIVE_INFINITY, () => undefined);
    store.subscribe({ path: '/api/v1/runs' }, Number.POSITIVE_INFINITY, () => undefined);
    await settle();
    store.refresh('/api/v1/models');
    await settle();
    expect(asked.map(({ path }) => path)).toEqual([
      '/api/v1/models',
      '/api/v1/runs',
      '/api/v1/models',
    ]);
  });

  it('is stale after two pauses without an answer', () => {
    const state = { ...UNKNOWN, data: 1, confirmedAt: 0 };
    expect(isStale(state, 30_000, 64_000)).toBe(false);
    expect(isStale(state, 30_000, 66_000)).toBe(true);
    expect(isStale(UNKNOWN, 30_000, 66_000)).toBe(false);
  });

  it('is asked for at least every five minutes, a tenth more or less', () => {
    expect(pauseMs(30_000, 0, 0)).toBe(27_000);
    expect(pauseMs(30_000, 50, 0.5)).toBe(300_000);
    // A pause that is longer already is not shortened.
    expect(pauseMs(600_000, 3, 0.5)).toBe(600_000);
  });
});

describe('outlooks', () => {
  const workload = (n: number) => ({
    ...{ cluster: 'default', namespace: 'n', deployment: `d${n}`, container: '*' },
  });
  const outlooksOf = (numbers: readonly number[]) => ({
    outlooks: numbers.map((n) => ({ workload: workload(n) })),
  });

  it('of rows that come into sight together are one request, of those that left none', async () => {
    const { client, asked } = scriptedClient([outlooksOf([0, 2])]);
    const timers = handTimers();
    const loader = createOutlookLoader({
      ...{ client, now: () => 1e6, later: timers.later, isVisible: () => true },
    });
    const changed = jest.fn();
    loader.want(workload(0), changed);
    const leave = loader.want(workload(1), changed);
    loader.want(workload(2), changed);
    leave();
    expect(loader.state(workload(0))).toEqual({ kind: 'loading' });
    timers.runNext();
    await settle();
    expect(asked).toEqual([
      { path: '/api/v1/fleet/outlook', body: { workloads: [workload(0), workload(2)] } },
    ]);
    expect(loader.state(workload(2))).toMatchObject({ kind: 'known' });
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('that fail say so', async () => {
    const { client } = scriptedClient([LOST]);
    const timers = handTimers();
    const surroundings = { client, now: () => 1e6, later: timers.later, isVisible: () => true };
    const loader = createOutlookLoader(surroundings, 'cpu_utilization');
    loader.want(workload(0), () => undefined);
    timers.runNext();
    await settle();
    expect(loader.state(workload(0))).toEqual({ kind: 'failed', message: LOST.message });
  });
});
