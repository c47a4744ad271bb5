import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import { startDynalite } from '#adapters/local/dynalite-server.ts';
import { openStores } from '#adapters/open-stores.ts';
import { configuredPlans } from '#adapters/sources/configured-plans.ts';
import { SYSTEM_STEP, systemSource } from '#adapters/sources/system-source.ts';
import { systemClock } from '#adapters/system-clock.ts';
import { type CollectPlan, collect } from '#app/scheduled/collect.ts';
import { createServices, type Services } from '#app/services.ts';
import { type HeliosConfig, HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import { LIMITS } from '#contracts/http/common.ts';
import { SCHEDULES } from '#contracts/schedules.ts';
import { MINUTE } from '#core/time.ts';
import { workloadId, workloadKey } from '#core/workload.ts';
import { every } from './every.ts';
import { createHttpServer } from './http/api-gateway.ts';
import { apiKeyAuthorizer } from './http/api-key.ts';
import { LOOPBACK_HOSTS } from './http/guard.ts';
import { createLocalExecutions } from './local-executions.ts';
import { createLocalFunctions } from './local-functions.ts';
import { createLocalQueue } from './local-queue.ts';
import { progressOf } from './progress.ts';
import { SAMPLE_WORKLOAD, samplePlan } from './sample-workload.ts';
import { startScheduler } from './scheduler.ts';
import { createTaskPool } from './task-pool.ts';

export interface ApplicationOptions {
  /** Where everything is kept; made when missing. */
  readonly dataDir: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Offer the simulated web shop. */
  readonly sample: boolean;
  /** Collect this machine's own metrics. */
  readonly hostMetrics: boolean;
  /** Do what the schedule table says; commands without a server leave it out. */
  readonly schedule: boolean;
  /** SHA-256 of the key that callers must send; without one the server must stay on loopback. */
  readonly apiKeySha256?: string;
  readonly config?: HeliosConfig;
  /** One line for people on what happens. */
  readonly onProgress: (message: string) => void;
  /** Structured events, for a log file. */
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

export interface Application {
  readonly url: string;
  close(): Promise<void>;
}

/** This machine, as a workload. */
export const HOST_WORKLOAD = workloadId({ namespace: 'local', deployment: 'host' });

/** Threads that train: one core stays free for answering. */
const MAX_TASK_THREADS = 4;

/**
 * Helios in one process: stores on disk, the API, the schedules and the training pipeline. The same
 * handlers, routes, schedules and state machine as on AWS.
 *
 * @throws {DomainError} `STORE_LOCKED` when another process uses the data directory
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const { onProgress, log } = options;
  const dataDir = resolve(options.dataDir);
  const onError = (error: unknown) =>
    log('background work failed', { error: error instanceof Error ? error.stack : String(error) });
  await mkdir(dataDir, { recursive: true });
  const dynalite = await startDynalite({ path: join(dataDir, 'tables') });
  const config = options.config ?? HeliosConfigSchema.parse({});
  const env = environmentOf(dataDir, dynalite.endpoint, config);
  await ensureTables(createDynamoClient({ endpoint: dynalite.endpoint }), {
    observations: env.OBSERVATIONS_TABLE_NAME,
    catalog: env.CATALOG_TABLE_NAME,
  });
  const services = createServices(await openStores(env), systemClock);
  const pool = createTaskPool({ size: threads(), env });
  const executions = createLocalExecutions({
    ...services,
    pool,
    random: Math.random,
    onEvent: (runId, event) => {
      const line = progressOf(event);
      if (line) onProgress(`training ${runId}: ${line}`);
    },
    onError,
  });
  const newSuffix = () => randomBytes(3).toString('hex');
  const plans = new Map<string, CollectPlan>(
    configuredPlans(config, () => new CloudWatchClient({ maxAttempts: 5 }), systemClock),
  );
  if (options.sample) {
    plans.set(workloadKey(SAMPLE_WORKLOAD), await samplePlan(services.catalog, systemClock.now()));
  }
  const logger = { info: log, error: log };
  const queue = createLocalQueue({
    consume: (event) => functions.consume(event),
    clock: systemClock,
    onDeadLetter: (letter) => log('work given up', { ...letter }),
    onError,
  });
  const functions = createLocalFunctions({
    services,
    training: { ...services, executions, newSuffix },
    queue,
    plans,
    logger,
  });
  const server = createHttpServer({
    routes: functions.routes,
    limits: LIMITS,
    clock: systemClock,
    allowedHosts: options.apiKeySha256 ? 'any' : LOOPBACK_HOSTS,
    ...(options.apiKeySha256
      ? { authorize: apiKeyAuthorizer({ keySha256: options.apiKeySha256 }) }
      : {}),
    onRequest: (record) => log('request', { ...record }),
    onError: (error, requestId) => log('request failed', { requestId, error: String(error) }),
  });
  const { port } = await server.listen(options.port, options.host);
  const url = `http://${urlHost(options.host)}:${port}`;
  const serverFile = join(dataDir, 'server.json');
  await writeFile(serverFile, `${JSON.stringify({ pid: process.pid, url })}\n`);

  const resumed = await executions.resume();
  if (resumed.length > 0) onProgress(`resuming ${resumed.length} interrupted training run(s)`);
  const background = [
    ...(options.hostMetrics ? [collectHost(services, dataDir, queue, onProgress, onError)] : []),
  ];
  const scheduler = options.schedule
    ? startScheduler({
        schedules: SCHEDULES,
        invoke: (schedule) => functions.invokeSchedule(schedule),
        clock: systemClock,
        onError,
      })
    : undefined;
  const firstLook = options.sample
    ? introduceSample(services, plans, queue, onProgress).catch(onError)
    : Promise.resolve();

  return {
    url,
    async close() {
      await scheduler?.stop();
      await Promise.all(background.map((work) => work.stop()));
      await server.close();
      await firstLook;
      await queue.close();
      const ended = executions.close();
      await pool.close();
      await ended;
      await dynalite.close();
      await rm(serverFile, { force: true });
    },
  };
}

/** The environment that every function of the local process gets. */
function environmentOf(dataDir: string, endpoint: string, config: HeliosConfig) {
  return {
    OBSERVATIONS_TABLE_NAME: 'helios-observations',
    CATALOG_TABLE_NAME: 'helios-catalog',
    OBJECTS_URL: pathToFileURL(join(dataDir, 'objects')).href,
    DYNAMODB_ENDPOINT: endpoint,
    TRAINING_WINDOW_DAYS: String(config.training.window_days),
    MINIMUM_IMPROVEMENT: String(config.training.minimum_improvement),
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

function threads(): number {
  return Math.min(MAX_TASK_THREADS, Math.max(1, availableParallelism()));
}

/** An IPv6 address stands in brackets; the address that means all is reached by the loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Reads this machine on its own grid, and has it scored every minute. */
function collectHost(
  services: Services,
  dataDir: string,
  queue: { send: (messages: { kind: 'score'; workload: string }[]) => Promise<void> },
  onProgress: (message: string) => void,
  onError: (error: unknown) => void,
) {
  const key = workloadKey(HOST_WORKLOAD);
  const plan: CollectPlan = {
    source: systemSource({ clock: systemClock, dataDir }),
    metrics: [],
    gridStep: SYSTEM_STEP,
  };
  let turns = 0;
  const turnsPerScore = MINUTE / SYSTEM_STEP;
  return every(
    SYSTEM_STEP,
    async () => {
      const outcome = await collect(services, key, plan);
      turns++;
      if (turns === 2) {
        onProgress(
          `collecting this machine as local/host: ${outcome.observations} metrics every 5 s`,
        );
      }
      if (turns % turnsPerScore === 0) await queue.send([{ kind: 'score', workload: key }]);
    },
    onError,
    () => systemClock.now(),
  );
}

/** Fills the sample's history in, then has it scored, which trains it. */
async function introduceSample(
  services: Services,
  plans: ReadonlyMap<string, CollectPlan>,
  queue: { send: (messages: { kind: 'score'; workload: string }[]) => Promise<void> },
  onProgress: (message: string) => void,
): Promise<void> {
  const key = workloadKey(SAMPLE_WORKLOAD);
  const plan = plans.get(key);
  if (!plan) return;
  const isNew = (await services.directory.get(SAMPLE_WORKLOAD)) === undefined;
  if (isNew) onProgress('simulating four weeks of a web shop as sample/webshop');
  const { observations } = await collect(services, key, plan);
  if (isNew) onProgress(`stored ${observations} simulated observations`);
  await queue.send([{ kind: 'score', workload: key }]);
}
