import { type Command, Option } from 'commander';
import { addActuation } from './actuation-program.ts';
import { addAgent } from './agent-commands.ts';
import { addCapacity, addRightsize, addWhen } from './capacity-program.ts';
import { addDiscover, addSources } from './collection-program.ts';
import {
  addWorkloadOptions,
  type CommandContext,
  commandContext,
  names,
  openFraction,
  wholeNumber,
  wholeNumbers,
} from './command-context.ts';
import type { ModelFlags } from './commands/models.ts';
import type { PredictFlags } from './commands/predict.ts';
import type { RunFlags, RunListFlags } from './commands/runs.ts';
import type { ServeFlags } from './commands/serve.ts';
import type { TrainFlags } from './commands/train.ts';
import { addDetect, addIncidents } from './detect-program.ts';
import type { Environment } from './environment.ts';
import { addExport } from './export-program.ts';
import { addImport } from './import-program.ts';
import { addKeys } from './keys-program.ts';
import { OUTPUT_FORMATS } from './output-format.ts';
import { addPlanCost } from './plan-program.ts';
import { addRecommend } from './recommend-program.ts';
import { addReplay } from './replay-program.ts';
import { createProgram } from './run-program.ts';
import { DEFAULT_ENDPOINT } from './settings.ts';
import { addCost, addScan } from './trust-program.ts';
import { HELIOS_VERSION } from './version.ts';

/** `--no-host` turns this machine's metrics off; `--host` is the address and no counterpart of it. */
class NoHostOption extends Option {
  override attributeName(): string {
    return 'hostMetrics';
  }
}

/** Options every command of both programs understands, before or after the command's name. */
export function addGlobalOptions(program: Command): Command {
  return program
    .version(HELIOS_VERSION)
    .option(
      '-e, --endpoint <url>',
      `where Helios answers (default: ${DEFAULT_ENDPOINT}, or the server of the data directory)`,
    )
    .option('--api-key-file <file>', 'file that holds the API key')
    .addOption(
      new Option('-o, --output <format>', 'how to print the answer (default: table)').choices(
        OUTPUT_FORMATS,
      ),
    )
    .option('--data-dir <dir>', 'where the local process keeps its data (default: .helios)')
    .option('--utc', 'print times in UTC')
    .option('--quiet', 'no progress and no notes');
}

/** Wraps an action: builds what it works with, and hands its exit code on. */
export function actions(environment: Environment, done: (code: number) => void) {
  return <A extends unknown[]>(work: (context: CommandContext, ...args: A) => Promise<number>) =>
    // Commander gives the command as `this`.
    async function (this: Command, ...args: A): Promise<void> {
      const context = await commandContext(environment, this);
      done(await work(context, ...args));
    };
}

/** The `helios` command line. Commands are loaded when they run, so that each starts fast. */
export function heliosProgram(environment: Environment, done: (code: number) => void): Command {
  const action = actions(environment, done);
  const program = addGlobalOptions(createProgram('helios', environment)).description(
    'Forecasts, anomalies and capacity of your infrastructure: measured, explained, never invented.',
  );
  addServe(program, action);
  addImport(program, action);
  addExport(program, action);
  addTrain(program, action);
  addPredict(program, action);
  addDetect(program, action);
  addIncidents(program, action);
  addRecommend(program, action);
  addCapacity(program, action);
  addWhen(program, action);
  addRightsize(program, action);
  program
    .command('status')
    .description('health, workloads, how old their data are, and what serves them')
    .action(action(async (context) => (await import('./commands/status.ts')).status(context)));
  addReplay(program, action);
  addScan(program, action);
  addCost(program, action);
  addPlanCost(program, action);
  addDiscover(program, action);
  addSources(program, action);
  addActuation(program, action);
  addKeys(program, action);
  addAgent(program, action);
  addModels(program, action);
  addRuns(program, action);
  addConfig(program, action, environment, done);
  return program;
}

export type Action = ReturnType<typeof actions>;

function addServe(program: Command, action: Action): void {
  program
    .command('serve')
    .description('run Helios on this machine: API, scheduler and training in one process')
    .option('--port <number>', 'port; 0 takes any free one', wholeNumber(0, 65_535), 8080)
    .option('--host <address>', 'address; another than 127.0.0.1 needs --api-key-file', '127.0.0.1')
    .option('--no-sample', 'without the simulated sample workload')
    .addOption(new NoHostOption('--no-host', "without this machine's own metrics"))
    .option(
      '--config <file>',
      'sources and training (default: helios.config.yaml, if there is one)',
    )
    .action(
      action(
        async (context, flags: Omit<ServeFlags, 'hostMetrics'> & { hostMetrics?: boolean }) => {
          const { serve } = await import('./commands/serve.ts');
          return serve(context, { ...flags, hostMetrics: flags.hostMetrics ?? true });
        },
      ),
    );
}

function addTrain(program: Command, action: Action): void {
  const command = program
    .command('train')
    .description('train, and compare every model with naive forecasts')
    .option(
      '--hours <number>',
      'length of the training window (default: 28 days)',
      wholeNumber(1, 9_600),
    )
    .option('--target <metric>', 'train this metric only')
    .option('--metric <metric>', 'the same as --target')
    .option('--metrics <list>', 'train these metrics only, e.g. cpu,memory')
    .option('-m, --model <name>', 'fit this member only')
    .option('--model-type <name>', 'the same as --model')
    .option(
      '--config <file>',
      'YAML with the same keys, or the configuration of one metric for lstm; flags win',
    )
    .option('--no-wait', 'start the run and return its id');
  addWorkloadOptions(command).action(
    action(async (context, flags: TrainFlags) => {
      const { train } = await import('./commands/train.ts');
      return train(context, flags);
    }),
  );
}

function addPredict(program: Command, action: Action): void {
  const command = program
    .command('predict')
    .description('forecast a metric, with its band and how well this model has done before')
    .argument('[metric]', 'e.g. cpu, memory, request_rate')
    .option('--metric <metric>', 'the same')
    .option('--metrics <list>', 'several at once at a few horizons, e.g. cpu,memory', names)
    .option('-p, --periods <number>', 'steps ahead (default: 12)', wholeNumber(1, 2_016))
    .option('--by-hour', 'by the hour, up to 720 periods: days and weeks ahead')
    .option('-m, --model <name>', 'auto, ensemble, or a member such as baseline (default: auto)')
    .option('--level <fraction>', 'central coverage of the band (default: 0.8)', openFraction)
    .option(
      '--horizons <minutes>',
      'also these times ahead, e.g. 5,15,30,60 (--metrics: 5,15,30)',
      wholeNumbers(1, 43_200),
    )
    .option('--explain', 'what each member of the blend has contributed')
    .option('--no-chart', 'numbers only');
  addWorkloadOptions(command).action(
    action(async (context, metric: string | undefined, flags: PredictFlags, own: Command) => {
      const { predict } = await import('./commands/predict.ts');
      return predict(context, metric, flags, own);
    }),
  );
}

function addModels(program: Command, action: Action): void {
  const models = program
    .command('models')
    .description('model versions: list, show, promote, roll back');
  const load = () => import('./commands/models.ts');
  addWorkloadOptions(
    models
      .command('list', { isDefault: true })
      .description('every version with its measured skill'),
  )
    .option('--metric <metric>', 'of this metric only')
    .addOption(
      new Option('--stage <stage>', 'of this stage only').choices([
        'candidate',
        'champion',
        'archived',
        'Staging',
        'Production',
        'Archived',
      ]),
    )
    .action(
      action(async (context, flags: ModelFlags) => (await load()).listModels(context, flags)),
    );
  models
    .command('show')
    .description('one version with its backtest and coverage')
    .argument('<id>')
    .action(action(async (context, id: string) => (await load()).showModel(context, id)));
  models
    .command('promote')
    .description('make a version the champion')
    .argument('<id>')
    .action(
      action(async (context, id: string) =>
        (await load()).changeChampion(context, 'promoteModel', id),
      ),
    );
  models
    .command('rollback')
    .description('take the champion back to the one before it')
    .argument('<id>')
    .action(
      action(async (context, id: string) =>
        (await load()).changeChampion(context, 'rollbackModel', id),
      ),
    );
}

function addRuns(program: Command, action: Action): void {
  const runs = program
    .command('runs')
    .description('training runs and the fits of each: list, show, compare');
  const load = () => import('./commands/runs.ts');
  runs
    .command('list', { isDefault: true })
    .description('training runs, newest first')
    .option('--limit <number>', 'so many at most (default: 20)', wholeNumber(1, 1_000))
    .action(
      action(async (context, flags: RunListFlags) => (await load()).listRuns(context, flags)),
    );
  addWorkloadOptions(
    runs
      .command('show')
      .description('one run: its stages, who was left out, and every fit with its error')
      .argument('<id>')
      .option('--metric <metric>', 'of this metric only'),
  ).action(
    action(async (context, id: string, flags: RunFlags) =>
      (await load()).showRun(context, id, flags),
    ),
  );
  addWorkloadOptions(
    runs
      .command('compare')
      .description('two runs side by side: errors, parameters, data')
      .argument('<first>')
      .argument('<second>')
      .option('--metric <metric>', 'of this metric only'),
  ).action(
    action(async (context, first: string, second: string, flags: RunFlags) =>
      (await load()).compareRuns(context, first, second, flags),
    ),
  );
}

function addConfig(
  program: Command,
  action: Action,
  environment: Environment,
  done: (code: number) => void,
): void {
  const config = program.command('config').description('settings, and where each comes from');
  const load = () => import('./commands/config.ts');
  config
    .command('show')
    .description('every setting with its origin: flag, environment, file, server, default')
    .action(action(async (context) => (await load()).showConfig(context)));
  // The others repair settings, so they must work while a setting is wrong: no context is built.
  config
    .command('set')
    .description('store a setting in ~/.helios/config.yaml')
    .argument('<key>', 'endpoint, api_key_file, output or data_dir')
    .argument('<value>')
    .action(async (key: string, value: string) =>
      done(await (await load()).setConfig(environment, key, value)),
    );
  config
    .command('unset')
    .description('remove a setting')
    .argument('<key>')
    .action(async (key: string) => done(await (await load()).unsetConfig(environment, key)));
  config
    .command('path')
    .description('where the settings are stored')
    .action(async () => done(await (await load()).printConfigPath(environment)));
  config
    .command('check')
    .description('check the settings, and helios.config.yaml or the file named, line by line')
    .argument('[file]')
    .action(async (file: string | undefined) =>
      done(await (await load()).checkConfig(environment, file)),
    );
}
