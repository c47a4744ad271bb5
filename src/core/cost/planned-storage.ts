import type { PlannedUse } from './cost-plan.ts';
import { DAYS_KEPT, forMetrics, LINE_BYTES, STORED_BYTES } from './plan-work.ts';
import {
  collectionsOf,
  count,
  DAYS_A_MONTH,
  type Fleet,
  GIGABYTE,
  MESSAGES_A_BATCH,
  type PlannedDeployment,
  ROLL_UPS,
  workloadsOf,
} from './planned-deployment.ts';

/** Items of so many days, of one workload: twelve steps each. */
function rawItems({ stepSeconds }: Fleet, days: number): number {
  return (days * 86_400) / (12 * stepSeconds);
}

/** What is kept, and written to logs. */
export function storageUse(of: PlannedDeployment): readonly PlannedUse[] {
  const { fleets, rawDays, hourlyDays, runsDays, logsDays } = of;
  const sum = (bytes: (fleet: Fleet) => number) =>
    fleets.reduce((total, fleet) => total + fleet.workloads * bytes(fleet), 0) / GIGABYTE;
  const raw = sum(
    (fleet) => rawItems(fleet, rawDays) * forMetrics(STORED_BYTES.rawItem, fleet.metrics),
  );
  const hourly = sum(({ metrics }) => hourlyDays * forMetrics(STORED_BYTES.hourlyItem, metrics));
  const catalog = sum(
    ({ metrics }) =>
      DAYS_KEPT.issued * forMetrics(STORED_BYTES.issuedDay, metrics) +
      DAYS_KEPT.trainingRecord * forMetrics(STORED_BYTES.trainingRecord, metrics) +
      DAYS_KEPT.models * forMetrics(STORED_BYTES.versionRecord, metrics),
  );
  const tables = raw + hourly + catalog;
  const runs = sum(({ metrics }) => runsDays * forMetrics(STORED_BYTES.runObjects, metrics));
  const models = sum(
    ({ metrics }) => DAYS_KEPT.models * forMetrics(STORED_BYTES.modelObjects, metrics),
  );
  const logs = logGigabytes(of);
  const measured = 'sizes as the encoders write them, for the number of metrics';
  const stored = { by: 'storage' } as const;
  return [
    {
      ...stored,
      item: 'dynamodb.storage_gb',
      quantity: tables,
      formula: `${count(raw)} GB of ${rawDays} days + ${count(hourly)} GB of ${hourlyDays} days by the hour + ${count(catalog)} GB of catalog`,
      assumption: `${measured}; as much as there is once the oldest expires, of what never does after a year`,
    },
    {
      ...stored,
      item: 'dynamodb.backup_gb',
      quantity: tables,
      formula: `${count(tables)} GB`,
      assumption: 'point-in-time recovery is billed by the size of the tables',
    },
    {
      ...stored,
      item: 's3.storage_gb',
      quantity: runs + models,
      formula: `${count(runs)} GB of runs of ${runsDays} days + ${count(models)} GB of models of ${DAYS_KEPT.models} days`,
      assumption: `${measured}; models are never deleted: as much as there is after a year`,
    },
    {
      by: 'logs',
      item: 'cloudwatch.log_ingestion_gb',
      quantity: logs,
      formula: `${count(logs)} GB: ${LINE_BYTES.platform} bytes an invocation, ${LINE_BYTES.handled} a message, ${LINE_BYTES.measures} of measures a scoring`,
      assumption: 'no failures, no debugging',
    },
    {
      by: 'logs',
      item: 'cloudwatch.log_storage_gb',
      quantity: (logs * LOGS_COMPRESSED * logsDays) / DAYS_A_MONTH,
      formula: `${count(logs)} GB × ${LOGS_COMPRESSED} × ${logsDays} days / ${count(DAYS_A_MONTH)}`,
      assumption: 'compressed to 15 %, as AWS estimates',
    },
  ];
}

/** What compression leaves of logs, by the examples of AWS' price list. */
const LOGS_COMPRESSED = 0.15;

function logGigabytes(of: PlannedDeployment): number {
  const workloads = workloadsOf(of);
  const collections = collectionsOf(of);
  const perWorkload =
    collections * (2 * LINE_BYTES.handled + LINE_BYTES.measures + 1.1 * LINE_BYTES.platform) +
    ROLL_UPS * (LINE_BYTES.handled + LINE_BYTES.platform / MESSAGES_A_BATCH) +
    DAYS_A_MONTH * STAGES * (LINE_BYTES.handled + LINE_BYTES.platform);
  const requests =
    of.requestsPerDay *
    DAYS_A_MONTH *
    (LINE_BYTES.platform + LINE_BYTES.handled + LINE_BYTES.access);
  return (workloads * perWorkload + requests) / GIGABYTE;
}

/** Functions that one training of a workload calls. */
const STAGES = 8;
