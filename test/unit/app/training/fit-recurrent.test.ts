import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { RecurrentTrainer } from '#app/ports/recurrent-trainer.ts';
import { fitRecurrent } from '#app/training/fit-recurrent.ts';
import { loadStage, saveRequest, toStored } from '#app/training/stage.ts';
import { FittedMembersSchema } from '#contracts/artifacts/stage-outputs.ts';
import { TrainRequestSchema } from '#contracts/http/train.ts';
import {
  type PipelineInput,
  type WorkloadItem,
  WorkloadItemSchema,
} from '#contracts/tasks/items.ts';
import { DomainError } from '#core/errors.ts';
import { addMs, DEFAULT_STEP, durationMs, HOUR, MINUTE } from '#core/time.ts';
import {
  at,
  type MemoryServices,
  memoryServices,
  type SettableClock,
} from '#test/helpers/memory-services.ts';
import { seriesOf } from '#test/helpers/series-of.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';
const ITEM = { run_id: 'r1', workload: WEB } as const;

/** One unit of training takes half a minute: two fit into a slice, which ends after a minute. */
const UNIT_MS = durationMs(MINUTE / 2);
const UNITS = 7;
/** Like a function with all the time there is. */
const unhurried = () => 15 * MINUTE;

const ProgressSchema = z.strictObject({ units: z.number(), digest: z.number() });

interface StandInTrainer extends RecurrentTrainer {
  /** Of each `advance`: how many values it was given, and how far the training had come. */
  readonly starts: readonly (readonly [length: number, units: number])[];
  /** Units done, those that were lost included. */
  units(): number;
}

/**
 * A training of seven units whose result depends on the order of its units, its data, its seed and
 * nothing else. It does one unit at least in every slice, and the clock moves with it.
 *
 * @param killedIn - the unit, counted over everything, in whose middle the process is killed once
 */
function standInTrainer(clock: SettableClock, killedIn?: number): StandInTrainer {
  const starts: [number, number][] = [];
  let total = 0;
  return {
    starts,
    units: () => total,
    minHistory: () => 30,
    async advance({ target: { values } }, _, { seed, checkpoint, shouldStop }) {
      const stored = checkpoint === undefined ? undefined : ProgressSchema.parse(checkpoint);
      let { units, digest } = stored ?? { units: 0, digest: seed };
      starts.push([values.length, units]);
      do {
        total++;
        if (total === killedIn) throw new Error('killed');
        digest = (digest * 31 + (values[units] ?? 0) * 1_000 + values.length) % 1_000_003;
        units++;
        clock.set(addMs(clock.now(), UNIT_MS));
      } while (units < UNITS && !shouldStop());
      const state = { kind: 'lstm', version: 1, digest };
      return units === UNITS
        ? { done: true, state }
        : { done: false, checkpoint: { units, digest } };
    },
  };
}

interface Planned {
  readonly services: MemoryServices;
  readonly trainer: StandInTrainer;
  readonly item: WorkloadItem;
}

/** A workload of these metrics whose run asks for the network, and the trainer it will get. */
async function planned(
  input: Partial<PipelineInput> = {},
  {
    metrics = { cpu_utilization: 100 },
    killedIn,
  }: { readonly metrics?: Readonly<Record<string, number>>; readonly killedIn?: number } = {},
): Promise<Planned> {
  const services = memoryServices(NOW);
  const trainer = standInTrainer(services.clock, killedIn);
  await services.runs.create('r1', 'request');
  await saveRequest(services.objects, 'r1', {
    trigger: 'request',
    request: { model: 'lstm' },
    ...input,
  });
  const engineered = Object.entries(metrics).map(([metric, length]) => {
    const step = metric.endsWith('.hourly') ? HOUR : DEFAULT_STEP;
    const values = Array.from({ length }, (_, i) => (i * 7) % 13);
    const series = toStored(seriesOf(values, { step }));
    return [metric, { series, data_sha256: 'a'.repeat(64), seasons: [], detected: [] }];
  });
  const features = await services.artifacts.save('test', {
    metrics: Object.fromEntries(engineered),
  });
  return { services: { ...services, recurrent: trainer }, trainer, item: { ...ITEM, features } };
}

/** Calls the function until its branch has ended, as the state machine does, kills included. */
async function toTheEnd(
  { services, item }: Planned,
  remainingMs: () => () => number = () => unhurried,
): Promise<{ readonly item: WorkloadItem; readonly calls: number }> {
  let current: WorkloadItem = item;
  for (let calls = 1; calls < 50; calls++) {
    try {
      const next = await fitRecurrent(services, current, remainingMs());
      current = WorkloadItemSchema.parse(JSON.parse(JSON.stringify(next)));
      if (current.recurrent_state === 'done') return { item: current, calls };
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error;
    }
  }
  throw new Error('the training did not come to an end');
}

async function membersOf({ services }: Planned, item: WorkloadItem) {
  return (await loadStage(services.artifacts, FittedMembersSchema, item.recurrent)).metrics;
}

/** Time for so many milliseconds of the services' clock from now on. */
function deadline({ services }: Planned, ms: number): () => number {
  const end = services.clock.now() + ms;
  return () => end - services.clock.now();
}

describe('a training that is asked for', () => {
  it('is done twice: before the backtest and on everything', async () => {
    const run = await planned();
    const { item, calls } = await toTheEnd(run);
    expect(calls).toBe(1);
    // The backtest of 100 values begins after 50 of them. Slices end after two units of seven.
    expect(run.trainer.starts).toEqual([
      ...[0, 2, 4, 6].map((units) => [50, units]),
      ...[0, 2, 4, 6].map((units) => [100, units]),
    ]);
    const { cpu_utilization: metric } = await membersOf(run, item);
    expect(metric).toMatchObject({
      members: {
        lstm: {
          early: { kind: 'lstm' },
          final: { kind: 'lstm' },
          // Two trainings of seven units.
          fit_ms: 2 * 7 * UNIT_MS,
          parameters: { goal: { form: 'path', horizons: [1, 3, 6, 12] } },
        },
      },
      pools: [],
      left_out: [],
    });
    expect(metric?.members.lstm?.early).not.toEqual(metric?.members.lstm?.final);
  });

  it('waits for an origin that leaves it enough', async () => {
    // 40 values: the backtest begins after 24; 30 of them are needed.
    const run = await planned({}, { metrics: { cpu_utilization: 40 } });
    await toTheEnd(run);
    expect(run.trainer.starts[0]).toEqual([30, 0]);
  });

  it('is judged on nothing when no origin leaves it enough', async () => {
    // 30 values: after the last origin, 29 values, one is left to score.
    const run = await planned({}, { metrics: { cpu_utilization: 30 } });
    const { item } = await toTheEnd(run);
    expect((await membersOf(run, item)).cpu_utilization?.members.lstm?.early).toBeNull();
  });

  it('is of every metric on its own grid, not of the hourly track', async () => {
    const metrics = { cpu_utilization: 60, 'cpu_utilization.hourly': 60, request_rate: 60 };
    const run = await planned({}, { metrics });
    const { item } = await toTheEnd(run);
    expect(Object.keys(await membersOf(run, item))).toEqual(['cpu_utilization', 'request_rate']);
  });

  it('takes the parameters of the request', async () => {
    const parameters = { lstm: { preset: 'mora', epochs: 3 } };
    const request = TrainRequestSchema.parse({ model: 'lstm', parameters });
    const run = await planned({ request });
    const { item } = await toTheEnd(run);
    const member = (await membersOf(run, item)).cpu_utilization?.members.lstm;
    expect(member?.parameters).toMatchObject({ goal: { form: 'one-step' }, epochs: 3 });
  });
});

describe('a training that is not asked for', () => {
  it.each<[string, Partial<PipelineInput>, boolean, boolean]>([
    ['a request of nothing in particular', { request: {} }, true, false],
    ['a request of another model', { request: { model: 'ses' } }, true, false],
    ['a request of the fusion, which it is half of', { request: { model: 'fusion' } }, false, true],
    ['the night, unless configured', { trigger: 'schedule', request: {} }, false, false],
    ['the night, where configured', { trigger: 'schedule', request: {} }, true, true],
    ['what is due by day', { trigger: 'due', request: {} }, true, false],
  ])('%s', async (_, input, recurrentNightly, isTrained) => {
    const run = await planned(input);
    const services = { ...run.services, settings: { ...run.services.settings, recurrentNightly } };
    const item = await fitRecurrent(services, run.item, unhurried);
    expect(item.recurrent_state).toBe('done');
    expect(item.recurrent !== undefined).toBe(isTrained);
    expect(run.trainer.units() > 0).toBe(isTrained);
  });
});

describe('a training that is interrupted', () => {
  it('ends the same, whichever unit it is killed in', async () => {
    const calm = await planned();
    const expected = await membersOf(calm, (await toTheEnd(calm)).item);
    for (let killedIn = 1; killedIn <= 2 * UNITS; killedIn++) {
      const run = await planned({}, { killedIn });
      const { item, calls } = await toTheEnd(run);
      expect(calls).toBe(2);
      expect(await membersOf(run, item)).toEqual(expected);
      // The unit it was killed in, and one before it at most: slices are saved every two.
      expect(run.trainer.units() - 2 * UNITS).toBeLessThanOrEqual(2);
    }
  });

  it('stops in time and goes on in the next call, with the same end', async () => {
    const calm = await planned();
    const expected = await membersOf(calm, (await toTheEnd(calm)).item);
    const run = await planned();
    // After one slice 40 s are left: less than another slice and what saving takes.
    const { item, calls } = await toTheEnd(run, () => deadline(run, 100_000));
    expect(calls).toBeGreaterThan(2);
    expect(await membersOf(run, item)).toEqual(expected);
    expect(run.trainer.units()).toBe(2 * UNITS);
  });

  it('says in its item and in the run that it is under way', async () => {
    const run = await planned();
    const item = await fitRecurrent(run.services, run.item, deadline(run, 100_000));
    expect(item).toEqual({ ...run.item, recurrent_state: 'running' });
    const [detail] = (await run.services.runs.detail('r1')).details;
    expect(detail?.stages.at(-1)).toMatchObject({
      name: 'fit-recurrent',
      summary: { under_way: 'cpu_utilization' },
    });
  });

  it('is not done again when only its end was lost', async () => {
    const run = await planned();
    const first = await toTheEnd(run);
    const units = run.trainer.units();
    const again = await toTheEnd(run);
    expect(again.item).toEqual(first.item);
    expect(run.trainer.units()).toBe(units);
  });

  it.each([
    ['no JSON', 'half a chec'],
    ['another form', '{"status":"paused"}'],
  ])('begins anew from a checkpoint that is %s', async (_, text) => {
    const calm = await planned();
    const expected = await membersOf(calm, (await toTheEnd(calm)).item);
    const run = await planned();
    await fitRecurrent(run.services, run.item, deadline(run, 100_000));
    const keys = await run.services.objects.list('checkpoints/');
    expect(keys).toHaveLength(1);
    for (const key of keys) await run.services.objects.put(key, new TextEncoder().encode(text));
    expect(await membersOf(run, (await toTheEnd(run)).item)).toEqual(expected);
  });
});

describe('a training that cannot be done', () => {
  const failing = async (
    failsWhen: (checkpoint: unknown, length: number) => Error | undefined,
  ): Promise<Planned> => {
    const run = await planned();
    const { trainer } = run;
    const recurrent: RecurrentTrainer = {
      minHistory: () => 30,
      advance: async (history, parameters, options) => {
        const error = failsWhen(options.checkpoint, history.target.values.length);
        if (error) throw error;
        return trainer.advance(history, parameters, options);
      },
    };
    return { ...run, services: { ...run.services, recurrent } };
  };

  it('begins anew when the trainer does not know the checkpoint', async () => {
    const calm = await planned();
    const expected = await membersOf(calm, (await toTheEnd(calm)).item);
    let refusals = 0;
    const run = await failing((checkpoint) => {
      if (checkpoint === undefined || refusals > 0) return undefined;
      refusals++;
      return new DomainError('STATE_INCOMPATIBLE', 'of another backend', {});
    });
    const { item } = await toTheEnd(run);
    expect(refusals).toBe(1);
    const { cpu_utilization: metric } = await membersOf(run, item);
    expect(metric?.members.lstm?.early).toEqual(expected.cpu_utilization?.members.lstm?.early);
    expect(metric?.members.lstm?.final).toEqual(expected.cpu_utilization?.members.lstm?.final);
  });

  it('is left out by name when it refuses the data', async () => {
    const run = await failing(() => new DomainError('FIT_DID_NOT_CONVERGE', 'not a number', {}));
    const { item } = await toTheEnd(run);
    const left_out = [{ member: 'lstm', code: 'FIT_DID_NOT_CONVERGE', message: 'not a number' }];
    expect(await membersOf(run, item)).toEqual({
      cpu_utilization: { members: {}, pools: [], left_out },
    });
    const [detail] = (await run.services.runs.detail('r1')).details;
    expect(detail?.left_out).toEqual(
      left_out.map((each) => ({ metric: 'cpu_utilization', ...each })),
    );
  });

  it('can serve without having been judged', async () => {
    const run = await failing((_, length) =>
      length < 100 ? new DomainError('FIT_DID_NOT_CONVERGE', 'not a number', {}) : undefined,
    );
    const { cpu_utilization: metric } = await membersOf(run, (await toTheEnd(run)).item);
    expect(metric?.members.lstm).toMatchObject({ early: null, final: { kind: 'lstm' } });
    expect(metric?.left_out).toEqual([]);
  });

  it.each([
    ['a fault', new TypeError('a bug')],
    ['a fresh training of no form', new DomainError('STATE_INCOMPATIBLE', 'no', {})],
  ])('passes on %s', async (_, error) => {
    const run = await failing(() => error);
    await expect(fitRecurrent(run.services, run.item, unhurried)).rejects.toBe(error);
  });
});
