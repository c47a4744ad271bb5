import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { ModelDetailSchema, ModelListSchema, SeriesSchema } from '#contracts/http/catalog.ts';
import { IngestResponseSchema } from '#contracts/http/ingest.ts';
import { type PredictResponse, PredictResponseSchema } from '#contracts/http/predict.ts';
import {
  type RunDetail,
  RunDetailSchema,
  RunListSchema,
  STAGES,
  TrainResponseSchema,
} from '#contracts/http/train.ts';
import { bodyOf, get, post } from '#test/helpers/api.ts';
import type { HeliosServer, Sandbox } from '#test/helpers/helios-process.ts';
import { until } from '#test/helpers/until.ts';
import { METRICS, type Metric, START, STEP_MS, type Step, slotsOf, valueAt } from './steps.ts';

/** Slots in one request of an agent. */
const BATCH_SLOTS = 10;
/** Requests of an agent at a time. */
const IN_FLIGHT = 3;
const FLAGS = ['--no-sample', '--no-host'];
const TRAINING_MS = 60_000;
/** A file has one value column. */
const IMPORTED_METRIC: Metric = 'request_rate';

/** A server on a directory of its own, and the log of everything it has acknowledged. */
export interface World {
  readonly server: HeliosServer;
  /** Sends what is not acknowledged yet, in batches; `onAcknowledged` after each answer. */
  ingest(step: Step, onAcknowledged?: () => void): Promise<void>;
  /** Imports by the command. */
  import(step: Step): Promise<void>;
  requestTraining(step: Step): Promise<void>;
  trainingOf(step: Step): Promise<RunDetail>;
  /** How many versions of models the deployment of the step has. */
  versionsOf(step: Step): Promise<number>;
  /** Waits for the end of the run, which must be a good one. */
  finishTraining(step: Step): Promise<void>;
  /** Kills the server. */
  kill(): Promise<void>;
  /** Kills one that is starting. */
  startInVain(lifeMs: number): Promise<void>;
  restart(): Promise<void>;
  /**
   * Nothing acknowledged is lost, nothing stored was not sent, and every model is a whole one.
   * @param step - only look at its deployment
   */
  check(step?: Step): Promise<void>;
  /** Everything that must be the same however often the server was killed. */
  state(): Promise<unknown>;
}

export async function createWorld(sandbox: Sandbox): Promise<World> {
  const dataDir = await sandbox.directory();
  let server = await sandbox.serve(dataDir, ...FLAGS);
  /** Slots by deployment. */
  const acknowledged = new Map<string, Set<number>>();
  const sentTo = new Map<string, number>();
  const metricsOf = new Map<string, readonly Metric[]>();
  const runs = new Set<string>();

  const acknowledge = (deployment: string, slots: readonly number[]) => {
    const before = acknowledged.get(deployment) ?? [];
    acknowledged.set(deployment, new Set([...before, ...slots]));
  };

  /** @param slots - neighbours */
  const send = async (deployment: string, slots: readonly number[]) => {
    const columns = Object.fromEntries(
      METRICS.map((metric) => [metric, slots.map((slot) => valueAt(metric, slot))]),
    );
    const body = {
      deployment,
      start: timeOf(slots[0] ?? 0),
      step_seconds: 300,
      backfill: true,
      columns,
    };
    const answer = await post(server.url, '/api/v1/ingest', body);
    expect(bodyOf(answer, IngestResponseSchema).rejected).toBe(0);
    acknowledge(deployment, slots);
  };

  const stored = async (deployment: string, metric: Metric) => {
    const to = timeOf(sentTo.get(deployment) ?? 0);
    const query = `deployment=${deployment}&metric=${metric}&from=${timeOf(0)}&to=${to}`;
    return bodyOf(await get(server.url, `/api/v1/series?${query}`), SeriesSchema).values;
  };

  const checkSeries = async (deployment: string, metric: Metric) => {
    const slots = acknowledged.get(deployment) ?? new Set();
    const values = await stored(deployment, metric);
    const wrong = [...Array(sentTo.get(deployment) ?? 0).keys()].filter((slot) => {
      const value = values[slot] ?? null;
      return value === null ? slots.has(slot) : value !== valueAt(metric, slot);
    });
    expect({ deployment, metric, wrong }).toEqual({ deployment, metric, wrong: [] });
  };

  /** Of every deployment, or of one. */
  const models = async (deployment?: string) => {
    const query = deployment === undefined ? '' : `?deployment=${deployment}`;
    return bodyOf(await get(server.url, `/api/v1/models${query}`), ModelListSchema).models;
  };

  const checkModels = async (deployment?: string) => {
    const before = await models(deployment);
    for (const { id, model } of before) {
      const path = `/api/v1/models/${encodeURIComponent(id)}`;
      const detail = bodyOf(await get(server.url, path), ModelDetailSchema);
      expect(detail.backtest.map(({ member }) => member)).toContain(model);
    }
    const answers: PredictResponse[] = [];
    for (const { workload, metric } of before.filter(({ stage }) => stage === 'champion')) {
      const asked = { deployment: workload.deployment, metric };
      answers.push(bodyOf(await post(server.url, '/predict', asked), PredictResponseSchema));
    }
    // Afterwards, because a run that was resumed may promote the next version meanwhile.
    const known = new Set((await models(deployment)).map(({ id }) => id));
    const served = answers.map(
      ({ workload, metric, version }) =>
        `default~default~${workload.deployment}~*~${metric}~${version}`,
    );
    expect(served.filter((id) => !known.has(id))).toEqual([]);
  };

  const world: World = {
    get server() {
      return server;
    },

    async ingest(step, onAcknowledged = () => {}) {
      const { deployment } = step;
      metricsOf.set(deployment, METRICS);
      sentTo.set(deployment, step.to);
      const slots = slotsOf(step);
      const batches = slots
        .filter((_, i) => i % BATCH_SLOTS === 0)
        .map((_, i) => slots.slice(i * BATCH_SLOTS, (i + 1) * BATCH_SLOTS))
        .filter(([first = 0]) => !acknowledged.get(deployment)?.has(first));
      const sendNext = async (): Promise<void> => {
        const batch = batches.shift();
        if (batch === undefined) return;
        await send(deployment, batch);
        onAcknowledged();
        await sendNext();
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, sendNext));
    },

    async import(step) {
      const { deployment } = step;
      metricsOf.set(deployment, [IMPORTED_METRIC]);
      sentTo.set(deployment, step.to);
      const file = join(await sandbox.directory(), `${deployment}.csv`);
      const rows = slotsOf(step).map(
        (slot) => `${timeOf(slot)},${valueAt(IMPORTED_METRIC, slot)},false`,
      );
      await writeFile(file, `timestamp,value,filled\n${rows.join('\n')}\n`);
      const flags = ['--endpoint', server.url, '--metric', IMPORTED_METRIC, '-n', 'default'];
      const { code, stderr } = await sandbox.helios(['import', file, ...flags]);
      if (code !== 0) throw new Error(stderr);
      acknowledge(deployment, slotsOf(step));
    },

    async requestTraining({ deployment, runId }) {
      const body = { deployment, run_id: runId };
      const { run } = bodyOf(await post(server.url, '/api/v1/train', body), TrainResponseSchema);
      runs.add(run.run_id);
    },

    async trainingOf({ runId }) {
      return bodyOf(await get(server.url, `/api/v1/runs/${runId}`), RunDetailSchema);
    },

    async versionsOf({ deployment }) {
      return (await models(deployment)).length;
    },

    async finishTraining(step) {
      const { run, details } = await until(TRAINING_MS, `${step.runId} to finish`, async () => {
        const detail = await world.trainingOf(step);
        return detail.run.finished_at !== null && detail;
      });
      expect(run).toMatchObject({ state: 'succeeded', workloads: 1, trained: 1, error: null });
      expect(details.flatMap(({ stages }) => stages.map(({ state }) => state))).toEqual(
        STAGES.map(() => 'succeeded'),
      );
    },

    async kill() {
      await server.end('SIGKILL');
    },

    startInVain: (lifeMs) => sandbox.serveBriefly(dataDir, lifeMs, ...FLAGS),

    async restart() {
      server = await sandbox.serve(dataDir, ...FLAGS);
    },

    async check(step) {
      await checkModels(step?.deployment);
      for (const [deployment, metrics] of metricsOf) {
        if (step !== undefined && step.deployment !== deployment) continue;
        // The server may have been killed before it had heard of the workload.
        if (!acknowledged.has(deployment)) continue;
        await Promise.all(metrics.map((metric) => checkSeries(deployment, metric)));
      }
      const listed = bodyOf(await get(server.url, '/api/v1/runs?limit=1000'), RunListSchema).runs;
      expect(listed.map(({ run_id }) => run_id)).toEqual(expect.arrayContaining([...runs]));
    },

    async state() {
      const left = await trainedBySchedule(server.url);
      const series: Record<string, unknown> = {};
      for (const [deployment, metrics] of metricsOf) {
        for (const metric of metrics) {
          series[`${deployment} ${metric}`] = await stored(deployment, metric);
        }
      }
      const versions = (await models())
        .filter(({ workload }) => !left.has(workload.deployment))
        .map(({ id, stage, model, decision, training, sha256 }) => {
          return { id, stage, model, decision, training, sha256 };
        });
      return { series, versions: versions.sort((a, b) => (a.id < b.id ? -1 : 1)) };
    },
  };
  return world;
}

/**
 * Deployments that the server's own schedule has trained between their first values and their
 * training here: that happens when the test runs over a full five minutes, and adds versions.
 */
async function trainedBySchedule(url: string): Promise<ReadonlySet<string>> {
  const { runs } = bodyOf(await get(url, '/api/v1/runs?limit=1000'), RunListSchema);
  const own = runs.filter(({ trigger }) => trigger !== 'request');
  const details = await Promise.all(
    own.map(async ({ run_id }) =>
      bodyOf(await get(url, `/api/v1/runs/${run_id}`), RunDetailSchema),
    ),
  );
  return new Set(details.flatMap((run) => run.details.map(({ workload }) => workload.deployment)));
}

function timeOf(slot: number): string {
  return new Date(START + slot * STEP_MS).toISOString();
}
