import { describe, expect, it } from '@jest/globals';
import { lambdaTasks } from '#server/state-machine/tasks.ts';
import { virtualTime } from '../virtual-time.ts';
import { INVOKE, machine, named, outputOf, run } from './run.ts';

/** A task that fails with each of these names in turn and then succeeds. */
function failing(...names: string[]) {
  let calls = 0;
  return async () => {
    const name = names[calls++];
    if (name !== undefined) throw named(name, `failure ${calls}`);
    return calls;
  };
}

const task = (retry: unknown[], katch: unknown[] = []) =>
  machine({
    T: { Type: 'Task', Resource: 'x', Retry: retry, Catch: katch, Next: 'S' },
    S: { Type: 'Succeed' },
    ...(katch.length > 0 ? { Caught: { Type: 'Succeed' }, Other: { Type: 'Succeed' } } : {}),
  });

describe('Retry', () => {
  it('waits 1, 2 and 4 s by default, and then fails', async () => {
    const definition = task([{ ErrorEquals: ['States.ALL'] }]);
    const { result, sleeps } = await run(definition, { tasks: failing('A', 'B', 'C', 'D') });
    expect(sleeps).toEqual([1_000, 2_000, 4_000]);
    expect(result).toEqual({ status: 'FAILED', error: 'D', cause: 'failure 4' });
  });

  it('succeeds as soon as the task does', async () => {
    const definition = task([{ ErrorEquals: ['States.ALL'] }]);
    const { result, sleeps } = await run(definition, { tasks: failing('A') });
    expect(sleeps).toEqual([1_000]);
    expect(result).toEqual({ status: 'SUCCEEDED', output: 2 });
  });

  it('grows by BackoffRate up to MaxDelaySeconds', async () => {
    const definition = task([
      {
        ErrorEquals: ['A'],
        IntervalSeconds: 2,
        BackoffRate: 3,
        MaxAttempts: 4,
        MaxDelaySeconds: 20,
      },
    ]);
    const { sleeps } = await run(definition, { tasks: failing('A', 'A', 'A', 'A', 'A') });
    // 2, 6, 18, and 54 cut to 20.
    expect(sleeps).toEqual([2_000, 6_000, 18_000, 20_000]);
  });

  it('draws the delay from 0 to its length with FULL jitter', async () => {
    const definition = task([{ ErrorEquals: ['A'], JitterStrategy: 'FULL' }]);
    const draws = [0.5, 0.25, 0.75];
    const { sleeps } = await run(definition, {
      tasks: failing('A', 'A', 'A'),
      random: () => draws.shift() ?? 0,
    });
    // 0.5 × 1 s, 0.25 × 2 s, 0.75 × 4 s
    expect(sleeps).toEqual([500, 500, 3_000]);
  });

  it('counts each rule for itself, as the example of the AWS documentation', async () => {
    // ErrorA, ErrorB, ErrorC, ErrorB: waits of 1, 2 and 5 s; the fourth error is one too many for the
    // first rule, so it is caught.
    const definition = task(
      [
        { ErrorEquals: ['ErrorA', 'ErrorB'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 2 },
        { ErrorEquals: ['ErrorC'], IntervalSeconds: 5 },
      ],
      [
        { ErrorEquals: ['Never'], Next: 'Other' },
        { ErrorEquals: ['States.ALL'], Next: 'Caught' },
      ],
    );
    const { result, sleeps, events } = await run(definition, {
      tasks: failing('ErrorA', 'ErrorB', 'ErrorC', 'ErrorB'),
    });
    expect(sleeps).toEqual([1_000, 2_000, 5_000]);
    expect(result).toEqual({
      status: 'SUCCEEDED',
      output: { Error: 'ErrorB', Cause: 'failure 4' },
    });
    expect(events.filter(({ type }) => type === 'retried' || type === 'caught')).toMatchObject([
      { error: 'ErrorA', attempt: 1, delayMs: 1_000 },
      { error: 'ErrorB', attempt: 2, delayMs: 2_000 },
      { error: 'ErrorC', attempt: 1, delayMs: 5_000 },
      { type: 'caught', path: ['T'], error: 'ErrorB', next: 'Caught' },
    ]);
  });

  it('with MaxAttempts 0 means never, whatever a later rule says', async () => {
    const definition = task([
      { ErrorEquals: ['A'], MaxAttempts: 0 },
      { ErrorEquals: ['States.ALL'] },
    ]);
    const { result, sleeps } = await run(definition, { tasks: failing('A') });
    expect(sleeps).toEqual([]);
    expect(result).toMatchObject({ status: 'FAILED', error: 'A' });
  });

  it('evaluates the arguments and the Output of each attempt anew', async () => {
    const definition = machine({
      T: {
        Type: 'Task',
        Resource: 'x',
        Output: '{% $states.result.missing %}',
        Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 1 }],
        End: true,
      },
    });
    const { result, sleeps } = await run(definition);
    expect(sleeps).toEqual([1_000]);
    expect(result).toMatchObject({ error: 'States.QueryEvaluationError' });
  });
});

describe('Catch', () => {
  it('takes the first rule that matches', async () => {
    const definition = task(
      [],
      [
        { ErrorEquals: ['A', 'B'], Next: 'Caught', Output: 'first' },
        { ErrorEquals: ['States.ALL'], Next: 'Other', Output: 'second' },
      ],
    );
    expect(await outputOf(definition, { tasks: failing('B') })).toBe('first');
    expect(await outputOf(definition, { tasks: failing('C') })).toBe('second');
  });

  it('sees the input and the error, and assigns', async () => {
    const definition = machine({
      T: {
        Type: 'Task',
        Resource: 'x',
        Assign: { word: 'went well' },
        Catch: [
          {
            ErrorEquals: ['A'],
            Next: 'S',
            Assign: { word: '{% $states.errorOutput.Error %}' },
            Output: ['{% $states.input.a %}', '{% $states.errorOutput.Cause %}'],
          },
        ],
        Next: 'S',
      },
      S: { Type: 'Succeed', Output: ['{% $states.input %}', '{% $word %}'] },
    });
    expect(await outputOf(definition, { input: { a: 7 }, tasks: failing('A') })).toEqual([
      [7, 'failure 1'],
      'A',
    ]);
  });

  it('lets pass what it does not name', async () => {
    const definition = task(
      [],
      [
        { ErrorEquals: ['A'], Next: 'Caught' },
        { ErrorEquals: ['B'], Next: 'Other' },
      ],
    );
    const { result, events } = await run(definition, { tasks: failing('C') });
    expect(result).toMatchObject({ status: 'FAILED', error: 'C' });
    expect(events.at(-1)).toEqual({ type: 'failed', path: ['T'], error: 'C', cause: 'failure 1' });
  });
});

describe('TimeoutSeconds', () => {
  const hanging = () => new Promise(() => {});

  it.each([
    ['States.Timeout', 'Caught'],
    ['States.TaskFailed', undefined],
  ])('of a Task is caught as %s: %s', async (name, next) => {
    const time = virtualTime();
    const definition = machine({
      T: {
        Type: 'Task',
        Resource: 'x',
        TimeoutSeconds: '{% 60 %}',
        Catch: [{ ErrorEquals: [name], Next: 'S', Output: 'Caught' }],
        Next: 'S',
      },
      S: { Type: 'Succeed' },
    });
    let aborted = false;
    const running = run(definition, {
      timers: time.timers,
      tasks: (_, __, { signal }) => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
        return hanging();
      },
    });
    await time.advance(59_999);
    expect(aborted).toBe(false);
    await time.advance(1);
    const { result } = await running;
    expect(aborted).toBe(true);
    expect(result).toMatchObject(
      next === undefined ? { error: 'States.Timeout' } : { output: next },
    );
    expect(time.pending()).toBe(0);
  });

  it('of the whole state machine cannot be caught', async () => {
    const time = virtualTime();
    const definition = machine(
      {
        T: {
          Type: 'Task',
          Resource: 'x',
          Retry: [{ ErrorEquals: ['States.ALL'] }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'S' }],
          Next: 'S',
        },
        S: { Type: 'Succeed' },
      },
      { TimeoutSeconds: 10 },
    );
    const running = run(definition, { timers: time.timers, tasks: hanging });
    await time.advance(10_000);
    const { result, events } = await running;
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(events).toEqual([{ type: 'entered', path: ['T'] }]);
  });

  it('that is not needed leaves no timer', async () => {
    const time = virtualTime();
    const states = { T: { Type: 'Task', Resource: 'x', TimeoutSeconds: 5, End: true } };
    await run(machine(states, { TimeoutSeconds: 10 }), { timers: time.timers });
    expect(time.pending()).toBe(0);
  });
});

it('ends when it is aborted, also in the middle of a task', async () => {
  const controller = new AbortController();
  const running = run(task([{ ErrorEquals: ['States.ALL'] }]), {
    tasks: () => new Promise(() => {}),
    signal: controller.signal,
  });
  controller.abort('the server stops');
  expect((await running).result).toEqual({
    status: 'FAILED',
    error: 'Aborted',
    cause: 'the server stops',
  });
});

it('throws what is a fault of its caller and not of a task', async () => {
  const definition = task([{ ErrorEquals: ['States.ALL'] }]);
  const onEvent = () => {
    throw new TypeError('a broken listener');
  };
  await expect(run(definition, { onEvent })).rejects.toThrow('a broken listener');
});

describe('lambdaTasks', () => {
  const invoke = (args: unknown, resource = INVOKE) =>
    machine({ T: { Type: 'Task', Resource: resource, Arguments: Object(args), End: true } });
  const tasks = lambdaTasks({
    double: async (payload) => Number(payload) * 2,
    break: async () => {
      throw named('THROTTLED', 'slow down');
    },
  });

  it('wraps the result as lambda:invoke does, in every partition', async () => {
    const args = { FunctionName: 'double', Payload: 21 };
    const expected = { Payload: 42, StatusCode: 200 };
    expect(await outputOf(invoke(args), { tasks })).toEqual(expected);
    const china = 'arn:aws-cn:states:::lambda:invoke';
    expect(await outputOf(invoke(args, china), { tasks })).toEqual(expected);
  });

  it('reports a failure as Lambda does', async () => {
    const { result } = await run(invoke({ FunctionName: 'break', Payload: {} }), { tasks });
    expect(result).toEqual({
      status: 'FAILED',
      error: 'THROTTLED',
      cause: '{"errorType":"THROTTLED","errorMessage":"slow down","trace":[]}',
    });
  });

  it.each([
    [{ FunctionName: 'toString', Payload: {} }, INVOKE, 'Lambda.ResourceNotFoundException'],
    [{ FunctionName: 'double', Payload: 1, InvocationType: 'Event' }, INVOKE, 'States.Runtime'],
    [{ FunctionName: 'double', Payload: 1 }, 'arn:aws:states:::sqs:sendMessage', 'States.Runtime'],
  ])('refuses %j of %s', async (args, resource, error) => {
    expect((await run(invoke(args, resource), { tasks })).result).toMatchObject({ error });
  });
});
