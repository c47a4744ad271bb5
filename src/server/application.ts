import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureTables } from '#adapters/aws/create-tables.ts';
import { createDynamoClient } from '#adapters/aws/dynamo-client.ts';
import type { DynamoClient } from '#adapters/aws/dynamo-operations.ts';
import { openFinder } from '#adapters/aws/open-finder.ts';
import { nodeKeyCrypto } from '#adapters/key-crypto.ts';
import { type DynaliteServer, startDynalite } from '#adapters/local/dynalite-server.ts';
import { forgetExpired } from '#adapters/local/forget-expired.ts';
import { readPage } from '#adapters/local/read-page.ts';
import { openStores } from '#adapters/open-stores.ts';
import { configuredWriter } from '#adapters/prometheus/configured-writer.ts';
import { cloudWatchPlans } from '#adapters/sources/configured-plans.ts';
import { heartbeatPlans } from '#adapters/sources/heartbeat-source.ts';
import { outside } from '#adapters/sources/outside.ts';
import { prometheusPlans } from '#adapters/sources/prometheus-plans.ts';
import { type SweepPlanDeps, sweepPlans } from '#adapters/sources/sweep-plans.ts';
import { systemClock } from '#adapters/system-clock.ts';
import { createCollection } from '#app/collection/create-collection.ts';
import { surveyedRounds } from '#app/collection/survey.ts';
import type { CollectPlan } from '#app/scheduled/collect.ts';
import { forgetRuns } from '#app/scheduled/forget-runs.ts';
import { createServices, type Services } from '#app/services.ts';
import { createWriteBack } from '#app/write-back/write-back.ts';
import { type HeliosConfig, HeliosConfigSchema } from '#contracts/config/helios-config.ts';
import type { StoreEnv } from '#contracts/env.ts';
import { LIMITS } from '#contracts/http/common.ts';
import { ROUTES } from '#contracts/routes.ts';
import { schedulesOf } from '#contracts/schedules.ts';
import { DomainError, isDomainError } from '#core/errors.ts';
import { type Clock, durationMs, HOUR, MINUTE } from '#core/time.ts';
import { workloadKey } from '#core/workload.ts';
import { type Cleanup, createCleanup } from './cleanup.ts';
import { every } from './every.ts';
import { collectHost } from './host-workload.ts';
import { createHttpServer, type HttpServer } from './http/api-gateway.ts';
import { LOOPBACK_HOSTS } from './http/guard.ts';
import type { HttpRoute } from './http/invoke-route.ts';
import { keyAuthorizer } from './http/key-authorizer.ts';
import { pageRoutes } from './http/page-routes.ts';
import { createLocalExecutions } from './local-executions.ts';
import { createLocalFunctions } from './local-functions.ts';
import { REPLAY_MACHINE, TRAINING_MACHINE } from './local-machines.ts';
import { createLocalQueue } from './local-queue.ts';
import { packageRoot } from './package-root.ts';
import { progressOf } from './progress.ts';
import { introduceSample, SAMPLE_SCALING, SAMPLE_WORKLOAD, samplePlan } from './sample-workload.ts';
import { startScheduler } from './scheduler.ts';
import { readServerFile, removeServerFile, writeServerFile } from './server-file.ts';
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
  /** MLflow's variables, where they are set: they win over the configuration. */
  readonly tracking?: Readonly<Record<string, string>>;
  /** Where the clients of other systems look for credentials, beside the configuration. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** One line for people on what happens. */
  readonly onProgress: (message: string) => void;
  /** Structured events, for a log file. */
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

export interface Application {
  readonly url: string;
  /** Ends what is under way, and gives the data directory free. */
  close(): Promise<void>;
}

/** Threads that train: memory for more is not to be expected of a person's machine. */
const MAX_TASK_THREADS = 4;

/**
 * Helios in one process: stores on disk, the API, the schedules and the training pipeline. The same
 * handlers, routes, schedules and state machine as on AWS. Leaves nothing open when it fails.
 *
 * @throws {DomainError} `STORE_LOCKED` when another process uses the data directory,
 *   `STORE_UNAVAILABLE` when it cannot be used, `CONFIG_INVALID` when the port cannot be listened on
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const cleanup = createCleanup();
  try {
    const url = await start(options, cleanup);
    return { url, close: () => cleanup.run() };
  } catch (error) {
    // The first error is the one to tell; what fails after it follows from it.
    await cleanup.run().catch(() => {});
    throw error;
  }
}

async function start(options: ApplicationOptions, cleanup: Cleanup): Promise<string> {
  const { onProgress, log } = options;
  const clock = systemClock;
  const dataDir = resolve(options.dataDir);
  const onError = (error: unknown) =>
    log('background work failed', { error: error instanceof Error ? error.stack : String(error) });

  const dynalite = await lockDirectory(dataDir);
  cleanup.add(() => dynalite.close());
  await removeServerFile(dataDir);
  cleanup.add(() => removeServerFile(dataDir));

  const given = options.config ?? HeliosConfigSchema.parse({});
  const config = { ...given, scaling: [SAMPLE_SCALING, ...given.scaling] };
  const env = { ...environmentOf(dataDir, dynalite.endpoint, config), ...options.tracking };
  const client = createDynamoClient({ endpoint: dynalite.endpoint });
  await ensureTables(client, {
    observations: env.OBSERVATIONS_TABLE_NAME,
    catalog: env.CATALOG_TABLE_NAME,
  });
  // It may hold passwords.
  await writeFile(env.CONFIG_PATH, JSON.stringify(config), { mode: 0o600 });
  const services = createServices(await openStores(env), clock, config);

  const pool = createTaskPool({ size: threads(), env });
  const executions = createLocalExecutions({
    ...services,
    machine: TRAINING_MACHINE,
    pool,
    random: Math.random,
    onEvent: (runId, event) => {
      const line = progressOf(event);
      if (line) onProgress(`training ${runId}: ${line}`);
    },
    onError,
  });
  const replayExecutions = createLocalExecutions({
    ...services,
    machine: REPLAY_MACHINE,
    runs: services.replays,
    pool,
    random: Math.random,
    onEvent: () => {},
    onError,
  });
  cleanup.add(async () => {
    const ended = Promise.all([executions.close(), replayExecutions.close()]);
    await pool.close();
    await ended;
  });

  const world = outside(clock, options.environment ?? {});
  const plans = await collectPlans(options, config, services.catalog, world);
  const collection = createCollection(services.catalog, clock, config);
  const queue = createLocalQueue({
    consume: (event) => functions.consume(event),
    clock,
    onDeadLetter: (letter) => log('work given up', { ...letter }),
    onError,
  });
  cleanup.add(() => queue.close());
  const newSuffix = () => randomBytes(3).toString('hex');
  const functions = createLocalFunctions({
    services,
    training: { ...services, executions, newSuffix },
    replaying: { ...services, executions: replayExecutions, newSuffix },
    queue,
    plans,
    cycle: durationMs(config.schedules.collect_every_minutes * MINUTE),
    collection,
    rounds: surveyedRounds({
      ...services,
      ...collection,
      discovery: config.discovery,
      finder: openFinder(config, clock),
    }),
    planOf: cloudWatchPlans(config, collection, clock),
    sweepPlans: sweepPlans(config.sources, world),
    writeBack: writeBackOf(services, config, world),
    logger: { info: log, error: log },
  });

  // Before anybody can ask for the same run, so that it is not started twice.
  const resumed = await executions.resume();
  await replayExecutions.resume();
  if (resumed.length > 0) onProgress(`resuming ${resumed.length} interrupted training run(s)`);

  const page = await localPage(options);
  const server = createHttpServer({
    routes: [...functions.routes, ...page],
    limits: LIMITS,
    clock,
    ...accessOf(options, services, page),
    onRequest: (record) => log('request', { ...record }),
    onError: (error, requestId) => log('request failed', { requestId, error: String(error) }),
  });
  const port = await listen(server, options);
  cleanup.add(() => server.close());
  const url = `http://${urlHost(options.host)}:${port}`;
  await writeServerFile(dataDir, { pid: process.pid, url });

  if (options.hostMetrics) {
    const collecting = collectHost({ services, dataDir, queue, onProgress, onError });
    cleanup.add(() => collecting.stop());
  }
  if (options.schedule) {
    const scheduler = startScheduler({
      schedules: schedulesOf(config.schedules),
      invoke: (schedule) => functions.invokeSchedule(schedule),
      clock,
      onError,
    });
    cleanup.add(() => scheduler.stop());
    const forgetting = every(HOUR, () => forget(services, client, env, clock), onError, clock.now);
    cleanup.add(() => forgetting.stop());
  }
  if (options.sample) {
    const introduced = introduceSample({ services, plans, queue, onProgress }).catch(onError);
    cleanup.add(() => introduced);
  }
  return url;
}

/** What expires by itself on AWS is removed here. */
async function forget(
  services: Services,
  client: DynamoClient,
  env: StoreEnv,
  clock: Clock,
): Promise<void> {
  await forgetExpired(client, env.OBSERVATIONS_TABLE_NAME, clock.now());
  await forgetExpired(client, env.CATALOG_TABLE_NAME, clock.now());
  const { objects, runs, replays } = services;
  const get = async (runId: string) => (await runs.get(runId)) ?? replays.get(runId);
  await forgetRuns({ objects, runs: { get } });
}

/** Opens the store of a data directory, which no other process can open until it is closed. */
async function lockDirectory(dataDir: string): Promise<DynaliteServer> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the data directory cannot be made: ${reason}`;
    throw new DomainError('STORE_UNAVAILABLE', message, { dataDir }, error);
  }
  try {
    return await startDynalite({ path: join(dataDir, 'tables') });
  } catch (error) {
    if (!isDomainError(error, 'STORE_LOCKED')) throw error;
    const server = await readServerFile(dataDir);
    throw new DomainError(
      'STORE_LOCKED',
      `${dataDir} is used by another process of Helios`,
      server
        ? {
            ...server,
            try: `helios status --endpoint ${server.url}, or stop process ${server.pid}`,
          }
        : { try: 'wait for the command that runs there, or take another --data-dir' },
      error,
    );
  }
}

async function listen(server: HttpServer, { host, port }: ApplicationOptions): Promise<number> {
  try {
    return (await server.listen(port, host)).port;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DomainError(
      'CONFIG_INVALID',
      `port ${port} of ${host} cannot be listened on: ${reason}`,
      { host, port, try: '--port with another number; 0 takes a free one' },
      error,
    );
  }
}

/** The dashboard, as it was built beside this command. */
async function localPage({ apiKeySha256 }: ApplicationOptions): Promise<readonly HttpRoute[]> {
  return pageRoutes(await readPage(join(packageRoot(), 'dist/web')), {
    api_base: '',
    sign_in: { kind: apiKeySha256 === undefined ? 'none' : 'key' },
  });
}

/** On loopback anybody of this machine may ask, but no page of a foreign name; elsewhere who has a key. */
function accessOf(
  { apiKeySha256 }: ApplicationOptions,
  { keys, clock }: Services,
  page: readonly HttpRoute[],
) {
  if (apiKeySha256 === undefined) return { allowedHosts: LOOPBACK_HOSTS };
  // The page itself holds nothing: who opens it is asked for the key.
  const openPaths = ['/health', ...page.map(({ path }) => path)];
  const checked = { keys, clock, keyCrypto: nodeKeyCrypto, routes: ROUTES, openPaths };
  return {
    allowedHosts: 'any',
    authorize: keyAuthorizer({ ...checked, keySha256: apiKeySha256 }),
  } as const;
}

async function collectPlans(
  { sample }: ApplicationOptions,
  config: HeliosConfig,
  catalog: Parameters<typeof samplePlan>[0],
  world: SweepPlanDeps,
): Promise<ReadonlyMap<string, CollectPlan>> {
  const plans = new Map<string, CollectPlan>([
    ...heartbeatPlans(config.heartbeat),
    ...prometheusPlans(config.prometheus, world),
  ]);
  if (sample) plans.set(workloadKey(SAMPLE_WORKLOAD), await samplePlan(catalog, systemClock.now()));
  return plans;
}

/** Predictions for CloudWatch are lines of a log that nobody reads here. */
function writeBackOf(services: Services, { write_back }: HeliosConfig, world: SweepPlanDeps) {
  const writer = configuredWriter(write_back.prometheus_remote_write, world);
  return createWriteBack({ ...services, writer }, write_back);
}

/** The environment that every function of the local process gets. */
function environmentOf(dataDir: string, endpoint: string, config: HeliosConfig) {
  return {
    OBSERVATIONS_TABLE_NAME: 'helios-observations',
    CATALOG_TABLE_NAME: 'helios-catalog',
    OBJECTS_URL: pathToFileURL(join(dataDir, 'objects')).href,
    DYNAMODB_ENDPOINT: endpoint,
    CONFIG_PATH: join(dataDir, 'config.json'),
    TRAINING_WINDOW_DAYS: String(config.training.window_days),
    MINIMUM_IMPROVEMENT: String(config.training.minimum_improvement),
    ...(config.training.mlflow_tracking_uri === undefined
      ? {}
      : { MLFLOW_TRACKING_URI: config.training.mlflow_tracking_uri }),
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** One core stays free for answering, where there are several. */
function threads(): number {
  return Math.min(MAX_TASK_THREADS, Math.max(1, availableParallelism() - 1));
}

/** An IPv6 address stands in brackets; the address that means all is reached by the loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
