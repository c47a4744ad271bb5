import { simulatorSource } from '#adapters/sources/simulator-source.ts';
import { collect } from '#app/scheduled/collect.ts';
import { WEBSHOP_METRICS, WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { addMs, DAY } from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import { recurrentTrainer } from '#engines/lstm/recurrent-trainer.ts';
import { prophetFromOptions } from '#engines/prophet/from-options.ts';
import { xgboostPool } from '#engines/xgboost/pool.ts';
import { reconstruction } from '#engines/xgboost/reconstruction.ts';
import { memoryServices, memoryStores } from '#test/helpers/memory-services.ts';
import { runPipeline, taskHandlers } from '#test/helpers/run-pipeline.ts';
import { SHOP, SHOP_START } from './trained-shop.ts';

export interface NightlyBenchOptions {
  readonly metrics: readonly string[];
  /** Days of history at five minutes. */
  readonly days: number;
  /** Whether the recurrent network is trained, too. */
  readonly recurrent: boolean;
  readonly print: (line: string) => void;
}

const FULL: NightlyBenchOptions = {
  metrics: WEBSHOP_METRICS.slice(0, 7),
  days: 28,
  recurrent: true,
  print: console.log,
};

/** What a stage has taken so far. */
interface Spent {
  calls: number;
  cpuSeconds: number;
  wallSeconds: number;
}

type Handler = ReturnType<typeof taskHandlers>['plan'];

/**
 * What a night makes of one workload: the deployed pipeline with its real handlers over stores in
 * memory, on the simulated web shop. Branches run one after the other, so that each has its own CPU
 * time, which other work on the machine leaves alone.
 */
export async function run(options: NightlyBenchOptions = FULL): Promise<void> {
  const { metrics, days, recurrent, print } = options;
  const now = addMs(SHOP_START, DAY, days);
  const services = {
    ...memoryServices(now, memoryStores(), { recurrentNightly: recurrent }),
    prophet: prophetFromOptions,
    pooled: xgboostPool,
    recurrent: recurrentTrainer(),
    reconstruction: reconstruction(),
  };
  const source = simulatorSource({ seed: 1, start: SHOP_START });
  const [simulated, gridStep, since] = [true, WEBSHOP_STEP, SHOP_START];
  await collect(services, workloadKey(SHOP), { source, metrics, simulated, gridStep, since });
  const spent = new Map<string, Spent>();
  const handlers = measured(taskHandlers(services), spent);
  const result = await runPipeline(services, { trigger: 'schedule', handlers });
  if (result.status === 'FAILED') throw new Error(`${result.error}: ${result.cause}`);
  print(
    `nightly training: ${metrics.length} metrics, ${days} days of five minutes, every member${recurrent ? '' : ' but lstm'}\n`,
  );
  print(row('stage', 'calls', 'CPU s', 'wall s'));
  for (const [name, stage] of spent) print(stageRow(name, stage));
  const stages = [...spent.values()];
  const sum = (of: (stage: Spent) => number) => stages.reduce((all, stage) => all + of(stage), 0);
  print(
    stageRow('all', {
      calls: sum(({ calls }) => calls),
      cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
      wallSeconds: sum(({ wallSeconds }) => wallSeconds),
    }),
  );
  print(`\nresident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB at the end`);
}

/** The handlers, one at a time, each noting what it takes. */
function measured(
  handlers: Readonly<Record<string, Handler>>,
  spent: Map<string, Spent>,
): Readonly<Record<string, Handler>> {
  let last: Promise<unknown> = Promise.resolve();
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handler]) => {
      const timed: Handler = async (input, options) => {
        const stage = stageOf(name, input);
        const start = performance.now();
        const before = process.cpuUsage();
        try {
          return await handler(input, options);
        } finally {
          const { user, system } = process.cpuUsage(before);
          const { calls, cpuSeconds, wallSeconds } = spent.get(stage) ?? NOTHING;
          spent.set(stage, {
            calls: calls + 1,
            cpuSeconds: cpuSeconds + (user + system) / 1e6,
            wallSeconds: wallSeconds + (performance.now() - start) / 1_000,
          });
        }
      };
      const inTurn: Handler = (input, options) => {
        const next = last.then(() => timed(input, options));
        last = next.catch(() => undefined);
        return next;
      };
      return [name, inTurn];
    }),
  );
}

const NOTHING: Spent = { calls: 0, cpuSeconds: 0, wallSeconds: 0 };

/** The function that applies the shared trees to a workload grows them, too, when there is none. */
function stageOf(name: string, input: unknown): string {
  const isForAll = name === 'fit-boosting' && Object(input).workload === undefined;
  return isForAll ? 'fit-boosting, shared trees' : name;
}

function stageRow(name: string, { calls, cpuSeconds, wallSeconds }: Spent): string {
  return row(name, String(calls), cpuSeconds.toFixed(2), wallSeconds.toFixed(2));
}

function row(name: string, ...cells: readonly string[]): string {
  return `  ${name.padEnd(28)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}
