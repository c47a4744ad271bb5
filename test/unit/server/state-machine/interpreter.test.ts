import { describe, expect, it } from '@jest/globals';
import { INVOKE, machine, named, outputOf, run } from './run.ts';

const pass = (output: unknown) => machine({ P: { Type: 'Pass', Output: output, End: true } });

describe('the states', () => {
  it('Pass hands its input on, or its Output', async () => {
    expect(
      await outputOf(machine({ P: { Type: 'Pass', End: true } }), { input: { a: 1 } }),
    ).toEqual({ a: 1 });
    expect(
      await outputOf(pass({ sum: '{% $states.input.a + 1 %}', list: ['x', '{% 2 %}'] }), {
        input: { a: 1 },
      }),
    ).toEqual({ sum: 2, list: ['x', 2] });
  });

  it('Assign is seen by the next state and not by this one', async () => {
    const definition = machine({
      A: { Type: 'Pass', Assign: { n: 1 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { n: '{% $n + 1 %}' }, Output: '{% $n %}', Next: 'C' },
      C: { Type: 'Pass', Output: ['{% $states.input %}', '{% $n %}'], End: true },
    });
    expect(await outputOf(definition)).toEqual([1, 2]);
  });

  it('$states.context tells where the run is', async () => {
    const context = await outputOf(pass('{% $states.context %}'), { input: { a: 1 } });
    expect(context).toEqual({
      Execution: {
        Id: 'arn:run-1',
        Name: 'run-1',
        Input: { a: 1 },
        StartTime: '1970-01-01T00:00:00.000Z',
      },
      State: { Name: 'P' },
    });
  });

  it('Succeed ends the run with its Output', async () => {
    expect(await outputOf(machine({ S: { Type: 'Succeed', Output: 'done' } }))).toBe('done');
  });

  it('Fail ends it with its Error and Cause', async () => {
    const definition = machine({
      F: { Type: 'Fail', Error: 'Refused', Cause: "{% 'because of ' & $states.input.why %}" },
    });
    const { result } = await run(definition, { input: { why: 'rain' } });
    expect(result).toEqual({ status: 'FAILED', error: 'Refused', cause: 'because of rain' });
  });

  it('Wait sleeps', async () => {
    const definition = machine({
      W: { Type: 'Wait', Seconds: '{% $states.input.s %}', Next: 'V' },
      V: { Type: 'Wait', Seconds: 2, End: true },
    });
    const { result, sleeps } = await run(definition, { input: { s: 90 } });
    expect(sleeps).toEqual([90_000, 2_000]);
    expect(result).toEqual({ status: 'SUCCEEDED', output: { s: 90 } });
  });

  it.each([
    [{ n: 5 }, 'small'],
    [{ n: 50 }, 'large'],
    [{ n: 500 }, 'neither'],
  ])('Choice of %j goes to %s', async (input, expected) => {
    const definition = machine({
      C: {
        Type: 'Choice',
        Choices: [
          { Condition: '{% $states.input.n < 10 %}', Next: 'End', Assign: { word: 'small' } },
          { Condition: '{% $states.input.n < 100 %}', Next: 'End', Assign: { word: 'large' } },
        ],
        Default: 'End',
        Assign: { word: 'neither' },
      },
      End: { Type: 'Pass', Output: '{% $word %}', End: true },
    });
    expect(await outputOf(definition, { input })).toBe(expected);
  });

  it('Choice without a match and without a Default fails', async () => {
    const definition = machine({
      C: { Type: 'Choice', Choices: [{ Condition: false, Next: 'S' }] },
      S: { Type: 'Succeed' },
    });
    expect((await run(definition)).result).toMatchObject({ error: 'States.NoChoiceMatched' });
  });

  it('a Condition that is no truth value fails', async () => {
    const definition = machine({
      C: { Type: 'Choice', Choices: [{ Condition: '{% 1 %}', Next: 'S' }] },
      S: { Type: 'Succeed' },
    });
    expect((await run(definition)).result).toMatchObject({ error: 'States.QueryEvaluationError' });
  });

  it('a loop that never ends is ended', async () => {
    const definition = machine({
      A: { Type: 'Pass', Next: 'B' },
      B: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }], Default: 'S' },
      S: { Type: 'Succeed' },
    });
    expect((await run(definition)).result).toMatchObject({ error: 'States.Runtime' });
  });
});

describe('a Task', () => {
  it('gets its evaluated Arguments and gives its result', async () => {
    const calls: unknown[] = [];
    const definition = machine({
      T: {
        Type: 'Task',
        Resource: INVOKE,
        Arguments: { FunctionName: 'f', Payload: '{% $states.input.a %}' },
        Output: '{% $states.result.answer %}',
        End: true,
      },
    });
    const output = await outputOf(definition, {
      input: { a: [1] },
      tasks: async (resource, args) => {
        calls.push([resource, args]);
        return { answer: 42 };
      },
    });
    expect(output).toBe(42);
    expect(calls).toEqual([[INVOKE, { FunctionName: 'f', Payload: [1] }]]);
  });

  it('cannot change what others see, neither now nor later', async () => {
    const definition = machine({
      A: { Type: 'Task', Resource: 'x', Assign: { before: '{% $states.input %}' }, Next: 'W' },
      W: { Type: 'Wait', Seconds: 1, Next: 'B' },
      B: { Type: 'Pass', Output: ['{% $states.input %}', '{% $before %}'], End: true },
    });
    const input = { list: [1] };
    const output = await outputOf(definition, {
      input,
      tasks: async (_, args) => {
        const own = Object(args);
        own.list.push(2);
        setImmediate(() => own.list.push(3));
        return own;
      },
      sleep: async () => {
        // Long enough for what the task still does.
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    expect(output).toEqual([{ list: [1, 2] }, { list: [1] }]);
    expect(input).toEqual({ list: [1] });
  });

  it.each([
    ['input', { input: 'x'.repeat(262_143) }],
    ['result', { tasks: async () => 'x'.repeat(262_143) }],
  ])('may not carry more than 256 KiB: %s', async (_, options) => {
    // 262,143 characters and two quotation marks are 262,145 bytes of JSON, one more than 256 KiB.
    const definition = machine({
      T: {
        Type: 'Task',
        Resource: 'x',
        Retry: [{ ErrorEquals: ['States.ALL'] }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'S' }],
        Next: 'S',
      },
      S: { Type: 'Succeed' },
    });
    const { result, sleeps } = await run(definition, options);
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(sleeps).toEqual([]);
  });

  it.each([
    ['its result, whatever its Output makes of it', 300_000, 'short'],
    ['its Output', 150_000, ['{% $states.result %}', '{% $states.result %}']],
  ])('is limited in %s', async (_, length, output) => {
    const definition = machine({ T: { Type: 'Task', Resource: 'x', Output: output, End: true } });
    const { result } = await run(definition, { tasks: async () => 'x'.repeat(length) });
    expect(result).toMatchObject({ error: 'States.DataLimitExceeded' });
  });

  it('may carry exactly 256 KiB', async () => {
    const input = 'x'.repeat(262_142);
    const definition = machine({ T: { Type: 'Task', Resource: 'x', End: true } });
    expect(await outputOf(definition, { input })).toBe(input);
  });

  it('that throws what is no Error fails all the same', async () => {
    const definition = machine({ T: { Type: 'Task', Resource: 'x', End: true } });
    const tasks = () => {
      throw 'a word';
    };
    expect((await run(definition, { tasks })).result).toEqual({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: 'a word',
    });
  });
});

describe('Parallel', () => {
  const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });

  it('gives the outputs in the order of the branches, each with its own input and variables', async () => {
    const definition = machine({
      Before: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'P' },
      P: {
        Type: 'Parallel',
        Arguments: { n: '{% $states.input.n %}' },
        Branches: [
          branch('Slow', { Type: 'Task', Resource: 'slow', End: true }),
          {
            StartAt: 'Set',
            States: {
              Set: { Type: 'Pass', Assign: { inner: 'i' }, Next: 'Read' },
              Read: { Type: 'Pass', Output: '{% $outer & $inner %}', End: true },
            },
          },
        ],
        End: true,
      },
    });
    const output = await outputOf(definition, {
      input: { n: 1, other: 2 },
      tasks: async (_, args) => {
        await new Promise((resolve) => setImmediate(resolve));
        return args;
      },
    });
    expect(output).toEqual([{ n: 1 }, 'oi']);
  });

  it('fails with the error of the first branch that fails, and ends the others', async () => {
    let afterwards = 0;
    const definition = machine({
      P: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Hangs',
            States: {
              Hangs: { Type: 'Task', Resource: 'hangs', Next: 'After' },
              After: { Type: 'Task', Resource: 'after', End: true },
            },
          },
          branch('Breaks', { Type: 'Task', Resource: 'breaks', End: true }),
        ],
        Catch: [{ ErrorEquals: ['Broken'], Output: '{% $states.errorOutput %}', Next: 'S' }],
        Next: 'S',
      },
      S: { Type: 'Succeed' },
    });
    let sawAbort = false;
    const output = await outputOf(definition, {
      tasks: async (resource, _, { signal }) => {
        if (resource === 'breaks') throw named('Broken', 'in two');
        if (resource === 'after') afterwards++;
        signal.addEventListener('abort', () => {
          sawAbort = true;
        });
        return new Promise(() => {});
      },
    });
    expect(output).toEqual({ Error: 'Broken', Cause: 'in two' });
    expect({ sawAbort, afterwards }).toEqual({ sawAbort: true, afterwards: 0 });
  });
});
