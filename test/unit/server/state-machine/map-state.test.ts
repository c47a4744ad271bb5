import { describe, expect, it } from '@jest/globals';
import { machine, named, outputOf, run } from './run.ts';

const processor = (mode: object, state: object = { Type: 'Task', Resource: 'x', End: true }) => ({
  ProcessorConfig: mode,
  StartAt: 'Each',
  States: { Each: state },
});
const INLINE = { Mode: 'INLINE' };
const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };

const map = (fields: object, mode: object = INLINE, state?: object) =>
  machine({
    M: { Type: 'Map', ItemProcessor: processor(mode, state), ...fields, Next: 'End' },
    End: { Type: 'Succeed' },
  });

const range = (count: number) => Array.from({ length: count }, (_, n) => n);
/** Fails for the items below `count`. */
const failBelow = (count: number) => async (_: string, args: unknown) => {
  if (Number(args) < count) throw named('Bad', `item ${args}`);
  return args;
};

describe.each([
  ['INLINE', INLINE],
  ['DISTRIBUTED', DISTRIBUTED],
])('a Map, %s', (_, mode) => {
  it('runs each item of its input and keeps the order', async () => {
    const output = await outputOf(map({}, mode), {
      input: [3, 1, 2],
      tasks: async (_, args) => {
        for (let i = 0; i < Number(args); i++) await new Promise((r) => setImmediate(r));
        return Number(args) * 10;
      },
    });
    expect(output).toEqual([30, 10, 20]);
  });

  it('takes Items and an ItemSelector that sees the item', async () => {
    const definition = map(
      {
        Items: '{% [$states.input.list.id] %}',
        ItemSelector: {
          at: '{% $states.context.Map.Item.Index %}',
          id: '{% $states.context.Map.Item.Value %}',
          run: '{% $states.input.run %}',
        },
      },
      mode,
    );
    // One element only: JSONata would make it the element itself, were it not for the [ ].
    const input = { run: 'r', list: [{ id: 'a' }] };
    expect(await outputOf(definition, { input })).toEqual([{ at: 0, id: 'a', run: 'r' }]);
  });

  it('of nothing gives nothing', async () => {
    expect(await outputOf(map({}, mode), { input: [] })).toEqual([]);
  });

  it('refuses what is no array', async () => {
    const { result } = await run(map({}, mode), { input: { a: 1 } });
    expect(result).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it.each([
    [7, 1_000, 7],
    // 0 is without a bound of its own, so the local bound holds.
    [0, 1_000, 40],
    ['{% 3 %}', 100, 3],
  ])('runs with MaxConcurrency %p over %d items %d at once', async (wanted, items, expected) => {
    let underWay = 0;
    let most = 0;
    let calls = 0;
    const output = await outputOf(map({ MaxConcurrency: wanted }, mode), {
      input: range(items),
      tasks: async (_, args) => {
        calls++;
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        return args;
      },
    });
    expect(output).toEqual(range(items));
    expect({ calls, most }).toEqual({ calls: items, most: expected });
  });

  it('obeys the bound of its caller', async () => {
    let underWay = 0;
    let most = 0;
    await run(map({ MaxConcurrency: 10 }, mode), {
      input: range(50),
      maxConcurrency: 2,
      tasks: async () => {
        most = Math.max(most, ++underWay);
        await new Promise((resolve) => setImmediate(resolve));
        underWay--;
        return null;
      },
    });
    expect(most).toBe(2);
  });

  it('fails when its results together are too large', async () => {
    // 3 × 100,000 bytes are more than 262,144.
    const { result } = await run(map({}, mode), {
      input: range(3),
      tasks: async () => 'x'.repeat(100_000),
    });
    expect(result).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('tells how far it is', async () => {
    const { events } = await run(map({ MaxConcurrency: 1 }, mode), { input: range(2) });
    expect(events.filter(({ type }) => /map|item/.test(type))).toEqual([
      { type: 'map-started', path: ['M'], items: 2 },
      ...[0, 1].map((index) => ({
        type: 'item-finished',
        path: ['M'],
        index,
        status: 'SUCCEEDED',
        finished: index + 1,
        failed: 0,
        items: 2,
      })),
    ]);
    expect(events).toContainEqual({ type: 'entered', path: ['M', '1', 'Each'] });
  });
});

describe('an INLINE Map', () => {
  it('fails with the error of its first failed item, and starts no further ones', async () => {
    const calls: unknown[] = [];
    const { result } = await run(map({ MaxConcurrency: 1 }), {
      input: range(5),
      tasks: async (_, args) => {
        calls.push(args);
        return failBelow(1)(_, args);
      },
    });
    expect(result).toEqual({ status: 'FAILED', error: 'Bad', cause: 'item 0' });
    expect(calls).toEqual([0]);
  });

  it('lets its items read the variables and the item around them', async () => {
    const definition = machine({
      Set: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'M' },
      M: {
        Type: 'Map',
        ItemProcessor: processor(INLINE, {
          Type: 'Pass',
          Output: '{% $outer & $states.context.Map.Item.Value & $states.context.Execution.Name %}',
          End: true,
        }),
        End: true,
      },
    });
    expect(await outputOf(definition, { input: ['a', 'b'] })).toEqual(['oarun-1', 'obrun-1']);
  });

  it('catches and retries as a whole', async () => {
    let calls = 0;
    const definition = map({ Retry: [{ ErrorEquals: ['Bad'], MaxAttempts: 1 }] });
    const { result, sleeps } = await run(definition, {
      input: [1],
      tasks: async (_, args) => {
        if (calls++ === 0) throw named('Bad');
        return args;
      },
    });
    expect(result).toEqual({ status: 'SUCCEEDED', output: [1] });
    expect(sleeps).toEqual([1_000]);
  });
});

describe('a DISTRIBUTED Map', () => {
  it.each([
    // 10 items; 20 % are 2 of them.
    [{ ToleratedFailurePercentage: 20 }, 2, true],
    [{ ToleratedFailurePercentage: 20 }, 3, false],
    [{ ToleratedFailurePercentage: '{% 10 + 10 %}' }, 2, true],
    [{ ToleratedFailureCount: 2 }, 2, true],
    [{ ToleratedFailureCount: 2 }, 3, false],
    // Both: either one being exceeded is enough.
    [{ ToleratedFailureCount: 5, ToleratedFailurePercentage: 20 }, 3, false],
    [{ ToleratedFailureCount: 1, ToleratedFailurePercentage: 50 }, 2, false],
    [{ ToleratedFailurePercentage: 100 }, 10, true],
    [{}, 0, true],
    [{}, 1, false],
  ])('with %j and %d of 10 failed succeeds: %p', async (tolerance, failed, succeeds) => {
    const { result } = await run(map(tolerance, DISTRIBUTED), {
      input: range(10),
      tasks: failBelow(failed),
    });
    // The outputs of the items that succeeded, in their order.
    expect(result).toMatchObject(
      succeeds
        ? { status: 'SUCCEEDED', output: range(10).slice(failed) }
        : { status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' },
    );
  });

  it('gives each item an execution of its own', async () => {
    const definition = map({ ItemSelector: { id: 1 } }, DISTRIBUTED, {
      Type: 'Pass',
      Output: '{% $states.context %}',
      End: true,
    });
    expect(await outputOf(definition, { input: ['a'] })).toEqual([
      {
        Execution: {
          Id: 'arn:run-1/M:0',
          Name: 'run-1/M:0',
          Input: { id: 1 },
          StartTime: '1970-01-01T00:00:00.000Z',
        },
        State: { Name: 'Each' },
      },
    ]);
  });

  it('hides the variables of its parent', async () => {
    const definition = machine({
      Set: { Type: 'Pass', Assign: { outer: 1 }, Next: 'M' },
      M: {
        Type: 'Map',
        ToleratedFailureCount: 0,
        ItemProcessor: processor(DISTRIBUTED, { Type: 'Pass', Output: '{% $outer %}', End: true }),
        End: true,
      },
    });
    const { result } = await run(definition, { input: [1] });
    expect(result).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
    expect(JSON.stringify(result)).toContain('States.QueryEvaluationError');
  });

  const reader = map(
    {
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSON' },
        Arguments: { Bucket: 'runs', Key: '{% $states.input.key %}' },
      },
    },
    DISTRIBUTED,
  );

  it('reads its items from an object', async () => {
    const asked: string[] = [];
    const output = await outputOf(reader, {
      input: { key: 'runs/1/manifest.json' },
      readObject: async (bucket, key) => {
        asked.push(bucket, key);
        return new TextEncoder().encode('[{"id":1},{"id":2}]');
      },
    });
    expect(asked).toEqual(['runs', 'runs/1/manifest.json']);
    expect(output).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each([
    ['is not there', undefined],
    ['is no JSON', '{'],
    ['is no array', '{"a":1}'],
  ])('fails when the object %s', async (_, text) => {
    const { result } = await run(reader, {
      input: { key: 'k' },
      readObject: async () => (text === undefined ? undefined : new TextEncoder().encode(text)),
    });
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
  });

  const batched = (more: object = {}) =>
    map(
      {
        ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { run: '{% $states.input[0] %}' } },
        ...more,
      },
      DISTRIBUTED,
    );

  it('hands its items on in batches', async () => {
    expect(await outputOf(batched(), { input: [1, 2, 3] })).toEqual([
      { BatchInput: { run: 1 }, Items: [1, 2] },
      { BatchInput: { run: 1 }, Items: [3] },
    ]);
  });

  it('counts items, not batches, while it tells how far it is', async () => {
    const { events } = await run(batched({ MaxConcurrency: 1 }), { input: range(5) });
    expect(events.filter(({ type }) => type === 'item-finished')).toMatchObject([
      { finished: 2, items: 5 },
      { finished: 4, items: 5 },
      { finished: 5, items: 5 },
    ]);
  });

  it.each([
    // A failed batch of two is two of five items: 40 %.
    [40, 'SUCCEEDED'],
    [39, 'FAILED'],
  ])('counts the items of a failed batch: %d %% tolerated, %s', async (percentage, status) => {
    const { result } = await run(batched({ ToleratedFailurePercentage: percentage }), {
      input: range(5),
      tasks: async (_, args) => {
        if (JSON.stringify(args).includes('[0,1]')) throw named('Bad');
        return args;
      },
    });
    expect(result.status).toBe(status);
  });
});
