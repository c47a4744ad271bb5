import { describe, expect, it } from '@jest/globals';
import {
  BUCKET_PLACEHOLDER,
  functionPlaceholder,
  PIPELINE_FUNCTIONS,
  type PipelineFunction,
  TRAINING_PIPELINE,
} from '#contracts/pipeline/definition.ts';
import { type WorkloadItem, WorkloadItemSchema } from '#contracts/tasks/items.ts';
import { bindDefinition } from '#server/state-machine/bind-definition.ts';
import { type LambdaFunction, lambdaTasks } from '#server/state-machine/tasks.ts';
import { named, run } from '../../server/state-machine/run.ts';

const WORKLOAD = 'default#shop#web#*';
const MANIFEST = 'runs/run-1/manifest.json';
const ref = (name: string) => ({ key: `runs/run-1/${name}`, sha256: '0', bytes: 1 });
const DETECTORS = { artifact: ref('detectors'), trained_until: 1 };

/** What each task answers when all goes well. */
const ANSWERS: Readonly<Record<PipelineFunction, LambdaFunction>> = {
  plan: async () => ({ run_id: 'run-1', manifest_key: MANIFEST, workloads: 1 }),
  validate: async (item) => ({ ...itemOf(item), decision: 'train' }),
  engineer: async (item) => item,
  'fit-statistical': async (item) => ({ ...itemOf(item), fitted: ref('fitted') }),
  'fit-boosting': async (item) =>
    'workload' in Object(item) ? { ...itemOf(item), boosted: ref('boosted') } : item,
  'fit-recurrent': async (item) => ({ ...itemOf(item), recurrent_state: 'done' }),
  'fit-detectors': async (item) => ({ ...itemOf(item), detectors: DETECTORS }),
  evaluate: async (item) => item,
  register: async (item) => item,
  finish: async () => ({}),
};

const itemOf = (item: unknown): WorkloadItem => WorkloadItemSchema.parse(item);

/** Runs the pipeline over one workload with some answers replaced; what each task was called with. */
async function runWith(replaced: Partial<Record<PipelineFunction, LambdaFunction>> = {}) {
  const calls = new Map<string, unknown[]>();
  const recorded = Object.entries({ ...ANSWERS, ...replaced }).map(
    ([name, answer]): [string, LambdaFunction] => [
      name,
      (payload, options) => {
        calls.set(name, [...(calls.get(name) ?? []), payload]);
        return answer(payload, options);
      },
    ],
  );
  const definition = bindDefinition(TRAINING_PIPELINE, {
    [BUCKET_PLACEHOLDER]: 'bucket',
    ...Object.fromEntries(PIPELINE_FUNCTIONS.map((name) => [functionPlaceholder(name), name])),
  });
  const { result, sleeps } = await run(definition, {
    input: { trigger: 'schedule', request: {} },
    tasks: lambdaTasks(Object.fromEntries(recorded)),
    readObject: async (_, key) =>
      key === MANIFEST
        ? new TextEncoder().encode(JSON.stringify([{ workload: WORKLOAD }]))
        : undefined,
  });
  expect(result.status).toBe('SUCCEEDED');
  return { sleeps, callsOf: (name: PipelineFunction) => calls.get(name) ?? [] };
}

const failing =
  (name: string): LambdaFunction =>
  async () => {
    throw named(name, 'as the test wants');
  };

describe('the training pipeline', () => {
  it('hands on what every branch of the fit left', async () => {
    const { callsOf } = await runWith();
    expect(callsOf('evaluate')).toEqual([
      {
        run_id: 'run-1',
        workload: WORKLOAD,
        decision: 'train',
        fitted: ref('fitted'),
        boosted: ref('boosted'),
        detectors: DETECTORS,
        branch_failures: [],
      },
    ]);
    // The pools of the run first, then the workload.
    expect(callsOf('fit-boosting')).toEqual([
      { run_id: 'run-1', manifest_key: MANIFEST, workloads: 1 },
      expect.objectContaining({ workload: WORKLOAD }),
    ]);
  });

  it('calls a recurrent training again for as long as it stops at checkpoints', async () => {
    let calls = 0;
    const { callsOf, sleeps } = await runWith({
      'fit-recurrent': async (item) => {
        calls++;
        return calls < 4
          ? { ...itemOf(item), recurrent_state: 'running' }
          : { ...itemOf(item), recurrent_state: 'done', recurrent: ref('recurrent') };
      },
    });
    const states = callsOf('fit-recurrent').map((item) => itemOf(item).recurrent_state);
    expect(states).toEqual([undefined, 'running', 'running', 'running']);
    // Each call trains for as long as a function may: there is nothing to wait for in between.
    expect(sleeps).toEqual([]);
    expect(itemOf(callsOf('evaluate')[0]).recurrent).toEqual(ref('recurrent'));
  });

  it.each<[string, PipelineFunction]>([
    ['boosted trees', 'fit-boosting'],
    ['recurrent networks', 'fit-recurrent'],
    ['detectors', 'fit-detectors'],
  ])('goes on without %s that fail, tries them once, and says so', async (_, branch) => {
    const fails = failing('Sandbox.Timedout');
    const { callsOf, sleeps } = await runWith({
      [branch]: (item: unknown, options: Parameters<LambdaFunction>[1]) =>
        'workload' in Object(item) ? fails(item, options) : ANSWERS[branch](item, options),
    });
    expect(callsOf(branch).filter((item) => 'workload' in Object(item))).toHaveLength(1);
    expect(sleeps).toEqual([]);
    const [evaluated] = callsOf('evaluate');
    expect(evaluated).toMatchObject({
      fitted: ref('fitted'),
      branch_failures: [{ branch, error: 'Sandbox.Timedout', cause: expect.any(String) }],
    });
    expect(WorkloadItemSchema.safeParse(evaluated).error).toBeUndefined();
    expect(callsOf('register')).toHaveLength(1);
  });

  it('waits longer each time when the account has no room, and gives up after six more tries', async () => {
    const { callsOf, sleeps } = await runWith({
      'fit-recurrent': failing('Lambda.TooManyRequestsException'),
    });
    expect(callsOf('fit-recurrent')).toHaveLength(7);
    // 2 s, doubled each time up to a minute, of which chance takes a quarter here.
    expect(sleeps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000]);
    expect(callsOf('register')).toHaveLength(1);
  });

  it('records a workload whose statistical models fail, and does not evaluate it', async () => {
    const { callsOf } = await runWith({ 'fit-statistical': failing('ARTIFACT_CORRUPT') });
    expect(callsOf('evaluate')).toEqual([]);
    expect(callsOf('finish')).toEqual([
      expect.objectContaining({ workload: WORKLOAD, error: 'ARTIFACT_CORRUPT' }),
      { run_id: 'run-1', results_key: 'runs/run-1/results/TrainWorkloads/manifest.json' },
    ]);
  });

  it('trains workloads though the shared models cannot be trained', async () => {
    const { callsOf } = await runWith({
      'fit-boosting': async (item) => {
        if (!('workload' in Object(item))) throw named('Sandbox.Timedout');
        return item;
      },
    });
    expect(callsOf('register')).toHaveLength(1);
    expect(itemOf(callsOf('evaluate')[0]).branch_failures).toEqual([]);
  });
});
