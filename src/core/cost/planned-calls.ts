import type { PlannedUse } from './cost-plan.ts';
import { ASSUMED_WAITS_MS, DISPATCH_WORK, JOB_WORK } from './plan-work.ts';
import {
  collectionsOf,
  count,
  DAYS_A_MONTH,
  HOURS_A_MONTH,
  MESSAGES_A_BATCH,
  ONE_CORE_MEBIBYTES,
  ofAll,
  type PlannedDeployment,
} from './planned-deployment.ts';

/** What dealing the work out uses. */
export function dispatchUse(of: PlannedDeployment, workloads: number): readonly PlannedUse[] {
  const { baseMs, cpuMs, readUnits } = DISPATCH_WORK;
  const units = Math.max(1, ofAll(of, readUnits));
  const runs = collectionsOf(of) + HOURS_A_MONTH + DAYS_A_MONTH;
  const mebibytes = of.memory.dispatch;
  const share = Math.min(1, mebibytes / ONE_CORE_MEBIBYTES);
  const sends = Math.ceil(workloads / MESSAGES_A_BATCH);
  const ms = baseMs + ofAll(of, cpuMs) / share + sends * ASSUMED_WAITS_MS.sqs;
  const line = { by: 'dispatch' } as const;
  return [
    {
      ...line,
      item: 'lambda.gb_seconds',
      quantity: (runs * ms * mebibytes) / 1_024 / 1_000,
      formula: `${count(runs)} runs × ${count(ms)} ms × ${mebibytes} MiB / 1024`,
      assumption: `${baseMs} ms and ${cpuMs[0]} ms of a core a workload; ${ASSUMED_WAITS_MS.sqs} ms for ten messages`,
    },
    {
      ...line,
      item: 'lambda.requests',
      quantity: runs,
      formula: `${count(runs)} runs`,
      assumption: 'every collection, every hour, every night',
    },
    {
      ...line,
      item: 'dynamodb.read_units',
      quantity: runs * units,
      formula: `${count(runs)} runs × ${count(units)} units`,
      assumption: 'the list of all workloads is read',
    },
    {
      ...line,
      item: 'scheduler.invocations',
      quantity: runs + DAYS_A_MONTH,
      formula: `${count(runs)} + ${count(DAYS_A_MONTH)} trainings`,
      assumption: 'none is delivered twice',
    },
  ];
}

/** What answering the API uses. */
export function requestUse(of: PlannedDeployment): readonly PlannedUse[] {
  const { requestsPerDay, authorizedPerDay } = of;
  const requests = requestsPerDay * DAYS_A_MONTH;
  const authorized = authorizedPerDay * DAYS_A_MONTH;
  const work = JOB_WORK.predict;
  const mebibytes = of.memory.predict;
  const share = Math.min(1, mebibytes / ONE_CORE_MEBIBYTES);
  const ms = work.cpuMs[0] / share + work.dynamoCalls[0] * ASSUMED_WAITS_MS.dynamodb;
  const line = { by: 'api' } as const;
  const formula = `${count(requests)} requests`;
  const asked = `${count(requestsPerDay)} requests a day`;
  return [
    { ...line, item: 'http_api.requests', quantity: requests, formula, assumption: asked },
    {
      ...line,
      item: 'lambda.requests',
      quantity: requests + authorized,
      formula: `${count(requests)} requests + ${count(authorized)} looks at a key`,
      assumption: asked,
    },
    {
      ...line,
      item: 'lambda.gb_seconds',
      quantity: (requests * ms * mebibytes) / 1_024 / 1_000,
      formula: `${formula} × ${count(ms)} ms × ${mebibytes} MiB / 1024`,
      assumption: 'each asks for a forecast, as measured',
    },
    {
      ...line,
      item: 'dynamodb.read_units',
      quantity: requests * work.readUnits[0] + authorized,
      formula: `${formula} × ${work.readUnits[0]} units + ${count(authorized)} keys`,
      assumption: 'each asks for a forecast, as counted',
    },
    {
      ...line,
      item: 'dynamodb.write_units',
      quantity: requests * work.writeUnits[0],
      formula: `${formula} × ${work.writeUnits[0]} units`,
      assumption: 'each asks for a forecast, as counted',
    },
  ];
}

/** The state transitions of the trainings. */
export function trainingUse(of: PlannedDeployment, workloads: number): readonly PlannedUse[] {
  if (workloads === 0) return [];
  const { run, batch, workload, workloadsPerBatch } = of.transitions;
  const batches = Math.ceil(workloads / workloadsPerBatch);
  return [
    {
      item: 'step_functions.transitions',
      by: 'training',
      quantity: DAYS_A_MONTH * (run + batches * batch + workloads * workload),
      formula: `${count(DAYS_A_MONTH)} nights × (${run} + ${count(batches)} batches × ${batch} + ${count(workloads)} workloads × ${workload})`,
      assumption:
        'counted in the state machine: every workload trains every night, nothing is tried again; trainings on drift and of the first day come on top',
    },
  ];
}
