import { type Random, uniform } from '#core/math/random.ts';
import { DAY, MINUTE } from '#core/time.ts';

/** When the server is killed. */
export const MOMENTS = [
  'ingest',
  'training',
  'registration',
  'train request',
  'import',
  'resuming',
  'ingest',
  'registration',
  'training',
  'ingest',
] as const;
export type Moment = (typeof MOMENTS)[number];

/** What happens between one kill and the next: some new values of a workload, mostly a training. */
export interface Step {
  readonly moment: Moment;
  readonly deployment: string;
  /** First slot that is new, and the first after them. */
  readonly from: number;
  readonly to: number;
  /** Undefined where nothing is trained. */
  readonly runId: string | undefined;
}

export const METRICS = ['request_rate', 'queue_length'] as const;
export type Metric = (typeof METRICS)[number];

export const STEP_MS = 5 * MINUTE;
/** The first slot: a midnight, so that the hours of the day are the same whenever this runs. */
export const START = (Math.floor(Date.now() / DAY) - 8) * DAY;

/** Six hours: enough for every member of the line-up that needs no whole day. */
const FIRST_SLOTS = 72;
const NEXT_SLOTS = 12;
/** Runs of values with gaps between them: the command sends each run as a request of its own. */
const IMPORT = { runs: 5, slotsInRun: 60, slotsInGap: 120 };
const IMPORTED_SLOTS = IMPORT.runs * (IMPORT.slotsInRun + IMPORT.slotsInGap);
/** Share of the trainings that train a known workload again, with a champion to compare with. */
const AGAIN = 0.3;

/**
 * The value of a slot: written down nowhere, so that every stored one can be checked. A slope makes
 * drift win over naive, so that trainings promote. Two decimals: the store keeps seven
 * digits.
 */
export function valueAt(metric: Metric, slot: number): number {
  const jitter = ((slot * 7_919) % 13) / 26;
  const value = metric === 'request_rate' ? 20 + slot / 4 + jitter : 500 - slot / 50 + jitter;
  return Number(value.toFixed(2));
}

/** The slots of a step that have values, ascending. */
export function slotsOf({ moment, from, to }: Step): readonly number[] {
  const { slotsInRun, slotsInGap } = IMPORT;
  const isGap = (i: number) => i % (slotsInRun + slotsInGap) >= slotsInRun;
  return Array.from({ length: to - from }, (_, i) => from + i).filter(
    (_, i) => moment !== 'import' || !isGap(i),
  );
}

/** Steps for `kills` kills, the same for the same random numbers. */
export function planSteps(kills: number, random: Random): readonly Step[] {
  const steps: Step[] = [];
  const slots = new Map<string, number>();
  for (let i = 0; i < kills; i++) {
    const moment = MOMENTS[i % MOMENTS.length] ?? 'ingest';
    const isTrained = moment !== 'ingest' && moment !== 'import';
    const trained = steps.filter(({ runId }) => runId !== undefined);
    const again = trained[Math.floor(uniform(random, 0, trained.length / AGAIN))];
    const deployment = (isTrained && again?.deployment) || `shop-${i}`;
    const from = slots.get(deployment) ?? 0;
    const added = moment === 'import' ? IMPORTED_SLOTS : from === 0 ? FIRST_SLOTS : NEXT_SLOTS;
    slots.set(deployment, from + added);
    const runId = isTrained ? `run-${i}` : undefined;
    steps.push({ moment, deployment, from, to: from + added, runId });
  }
  return steps;
}
