import { type Because, because, shown } from '../recommend/because.ts';
import type { Series } from '../series/series.ts';
import { DAY, HOUR, MINUTE } from '../time.ts';
import { type Demand, demandOf } from './demand.ts';
import { EQUAL_WITHIN, type Matched, matchCost } from './equal-cost.ts';
import { type Field, type Played, play } from './field.ts';
import { type FleetRun, unitsWithin } from './fleet.ts';
import { type IssuedForecasts, issueForecasts } from './issue-forecasts.ts';
import { oracleRun } from './oracle.ts';
import { type Outcome, outcomeOf, shortMinutesByDay } from './outcome.ts';
import { type ReactiveSettings, reactivePolicy } from './reactive-policy.ts';
import { partsOf, type ReplayParts, type ReplaySettings } from './settings.ts';
import { staticPolicy } from './static-policy.ts';
import {
  type HeliosSettings,
  heliosAt,
  LONGEST_WINDOW,
  REPLAY_QUANTILES,
  tuneHelios,
} from './tune-helios.ts';
import { tuneReactive } from './tune-reactive.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** The policies of a replay, in the order in which they are shown. */
export const REPLAY_POLICIES = ['static', 'static_peak', 'reactive', 'helios', 'oracle'] as const;
export type ReplayPolicyName = (typeof REPLAY_POLICIES)[number];

/** What one policy did in the judged half. */
export interface ReplayedPolicy {
  readonly name: ReplayPolicyName;
  readonly run: FleetRun;
  readonly outcome: Outcome;
  /** Unit-hours ÷ the reactive policy's − 1. */
  readonly costDifference: number;
}

/** Everything a replay has found. */
export interface JudgedReplay {
  readonly decision: 'judged';
  readonly demand: Demand;
  readonly parts: ReplayParts;
  /** One of each name, in order. */
  readonly policies: readonly ReplayedPolicy[];
  readonly units: { readonly static: number; readonly staticPeak: number };
  readonly reactive: ReactiveSettings;
  readonly helios: HeliosSettings & { readonly targetUtilization: number };
  /** Who made the forecasts. */
  readonly members: readonly string[];
  readonly verdict: Verdict;
  /** What a reader has to know. */
  readonly notes: readonly Because[];
}

export type Replay = JudgedReplay | { readonly decision: 'refused'; readonly because: Because };

/** Least of both halves: two days, or nothing of a day's course can be learned and judged. */
const MIN_DAYS = 4;
const MIN_STEPS = 96;
/** Share of values that may be missing. */
const MAX_MISSING = 0.2;
/** Forecast values a replay may make: some 200 bytes each, within the memory of a function. */
const MAX_FORECASTS = 4_000_000;
/** Autoscalers take measurements as often as this, or more. */
const LOOKS_EVERY = MINUTE;

/**
 * Replays the past of a demand under several ways to scale a fleet: a fixed size, target tracking as
 * autoscalers do it, Helios, and an oracle that knows the future as the bound of all. Settings are
 * chosen on the first half and judged on the second. Helios is then given the headroom with which it
 * costs what the reactive policy costs there, so that minutes short can be compared.
 *
 * @param options.checkpoint - called often; throws to stop a replay that is out of time
 * @throws {RangeError} when a setting is out of range
 */
export async function replay(
  series: Series,
  settings: ReplaySettings,
  options: { readonly checkpoint?: () => void } = {},
): Promise<Replay> {
  const refused = whyNot(series);
  if (refused) return { decision: 'refused', because: refused };
  const demand = demandOf(series, settings);
  if ('code' in demand)
    return { decision: 'refused', because: because(demand.code, demand.message) };
  const field = fieldOf(demand, settings);
  const parts = partsOf(demand.values.length);
  const tooMany = whyTooMany(field, parts);
  if (tooMany) return { decision: 'refused', because: tooMany };
  const forecasts = await forecastsFor(field, parts, options);
  options.checkpoint?.();

  const tuned = tuneReactive(field, parts.tuning);
  const chosen = tuneHelios(field, forecasts, parts.tuning, tuned.outcome.unitHours);
  options.checkpoint?.();

  const { reactive, helios } = atEqualCost(
    field,
    forecasts,
    parts.judged,
    tuned.settings,
    chosen.settings,
  );
  const { unitHours } = reactive.outcome;
  const units = staticUnits(field, parts, unitHours);
  const bound = oracleRun(demand, field.fleet, parts.judged);
  const named = (name: ReplayPolicyName, { run, outcome }: Played): ReplayedPolicy => ({
    name,
    run,
    outcome,
    costDifference: outcome.unitHours / unitHours - 1,
  });
  const still = (count: number) => play(field, staticPolicy(count), parts.judged);
  const policies = [
    named('static', still(units.static)),
    named('static_peak', still(units.staticPeak)),
    named('reactive', reactive),
    named('helios', helios),
    named('oracle', {
      run: bound,
      outcome: outcomeOf(bound, demand, settings.sloUtilization, parts.judged),
    }),
  ];
  const costDifference = helios.outcome.unitHours / unitHours - 1;
  const isEqualCost = Math.abs(costDifference) <= EQUAL_WITHIN;
  const verdict = verdictOf(
    byDay(field, reactive, parts),
    byDay(field, helios, parts),
    isEqualCost,
  );
  return {
    decision: 'judged',
    demand,
    parts,
    policies,
    units,
    reactive: { ...tuned.settings, targetUtilization: reactive.targetUtilization },
    helios: { ...chosen.settings, targetUtilization: helios.targetUtilization },
    members: forecasts.members,
    verdict,
    notes: [...notesOn(field, parts), ...notesOnCost(tuned.settings, reactive, costDifference)],
  };
}

/**
 * Both policies in the judged part, at the same cost: Helios gets the headroom with which it costs what
 * the reactive policy does. Where none is small enough, the reactive policy gets what Helios costs.
 */
function atEqualCost(
  field: Field,
  forecasts: IssuedForecasts,
  part: readonly [number, number],
  reactiveSettings: ReactiveSettings,
  heliosSettings: HeliosSettings,
): { readonly reactive: Matched; readonly helios: Matched } {
  const reactiveAt = (targetUtilization: number) =>
    reactivePolicy({ ...reactiveSettings, targetUtilization }, field.demand.step);
  const { targetUtilization } = reactiveSettings;
  const tuned = play(field, reactiveAt(targetUtilization), part);
  const cost = tuned.outcome.unitHours;
  const helios = matchCost(field, heliosAt(field, forecasts, heliosSettings), part, cost);
  const isEqual = Math.abs(helios.costDifference) <= EQUAL_WITHIN;
  return {
    helios,
    reactive: isEqual
      ? { ...tuned, targetUtilization, costDifference: 0 }
      : matchCost(field, reactiveAt, part, helios.outcome.unitHours),
  };
}

function whyNot({ values, step }: Series): Because | undefined {
  const first = values.findIndex(Number.isFinite);
  const used = first < 0 ? values.subarray(0, 0) : values.subarray(first);
  const needed = Math.max(MIN_STEPS, Math.ceil((MIN_DAYS * DAY) / step));
  if (used.length < needed) {
    const message = `a replay needs ${MIN_DAYS} days and ${MIN_STEPS} steps: ${needed} steps, got ${used.length}`;
    return because('HISTORY_TOO_SHORT', message, { need_steps: needed, have_steps: used.length });
  }
  const missing = used.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
  if (missing <= MAX_MISSING * used.length) return undefined;
  const message = `${missing} of ${used.length} values are missing, at most ${MAX_MISSING} of them may be`;
  return because('TOO_MANY_GAPS', message, { missing, steps: used.length });
}

function fieldOf(demand: Demand, settings: ReplaySettings): Field {
  const { startUp, minimumUnits: minimum, maximumUnits: maximum, metricLagSteps } = settings;
  const fleet = { step: demand.step, startUp, minimum, maximum, metricLagSteps };
  return { demand, settings, fleet };
}

function forecastsFor(
  field: Field,
  { initial }: ReplayParts,
  options: { readonly checkpoint?: () => void },
): Promise<IssuedForecasts> {
  const horizon = horizonOf(field);
  return issueForecasts(field.demand, {
    horizon,
    quantiles: REPLAY_QUANTILES,
    initial,
    ...options,
  });
}

/** Steps as far as any decision looks: the start-up and a step, or the scale-in window. */
function horizonOf({ demand, fleet }: Field): number {
  const ahead = Math.max(fleet.startUp + demand.step, LONGEST_WINDOW);
  return Math.ceil(ahead / demand.step) + fleet.metricLagSteps;
}

function whyTooMany(field: Field, { initial }: ReplayParts): Because | undefined {
  const horizon = horizonOf(field);
  const forecasts = (field.demand.values.length - initial) * horizon;
  if (forecasts <= MAX_FORECASTS) return undefined;
  const message = `each step needs a forecast of ${horizon} steps, ${forecasts} values in all, at most ${MAX_FORECASTS} are made: replay fewer or longer steps, or a shorter start-up`;
  return because('TOO_MANY_FORECASTS', message, { horizon, forecasts, limit: MAX_FORECASTS });
}

/** As many units as cost about the same, and as many as the peak of the first half asked for. */
function staticUnits(
  { demand, settings, fleet }: Field,
  { judged }: ReplayParts,
  unitHours: number,
): JudgedReplay['units'] {
  const [from, to] = judged;
  const hours = ((to - from) * demand.step) / HOUR;
  const peak = demand.values.subarray(0, from).reduce((most, value) => Math.max(most, value), 0);
  return {
    static: unitsWithin(Math.round(unitHours / hours), fleet),
    staticPeak: unitsWithin(peak / settings.targetUtilization, fleet),
  };
}

function byDay({ demand }: Field, { run }: Played, { judged }: ReplayParts): readonly number[] {
  return shortMinutesByDay(run, demand, judged, Math.max(1, Math.round(DAY / demand.step)));
}

function notesOn(
  { demand, fleet, settings }: Field,
  { judged: [from, to] }: ReplayParts,
): readonly Because[] {
  const notes: Because[] = [];
  const { capacityPerUnit, capacityIs, isKnown, step } = demand;
  if (capacityIs === 'chosen') {
    const message = `no capacity was given: a unit serves ${shown(capacityPerUnit)}, with which the 99 % quantile of the first half needs 20 units at ${settings.targetUtilization}`;
    notes.push(because('CAPACITY_CHOSEN', message, { capacity_per_unit: capacityPerUnit }));
  }
  if (step > LOOKS_EVERY) {
    const message = `a step is ${step / 1_000} s, and autoscalers look every minute or more often: what they do within a step cannot be seen, and reactive scaling may do better than this`;
    notes.push(because('REACTION_BELOW_STEP', message, { step_seconds: step / 1_000 }));
  }
  const beyond = demand.values.subarray(from, to).filter((units) => units > fleet.maximum).length;
  if (beyond > 0) {
    const message = `in ${beyond} of ${to - from} judged steps the demand needs more than the ${fleet.maximum} units allowed: no policy can serve it then`;
    notes.push(because('ABOVE_MAXIMUM', message, { steps: beyond, maximum: fleet.maximum }));
  }
  const missing = isKnown.reduce((count, known) => count + (known === 0 ? 1 : 0), 0);
  if (missing > 0) {
    const message = `${missing} of ${isKnown.length} values are missing: they count as the value before, and nobody is judged by them`;
    notes.push(because('MISSING_VALUES', message, { missing }));
  }
  return notes;
}

function notesOnCost(
  tuned: ReactiveSettings,
  reactive: Matched,
  costDifference: number,
): readonly Because[] {
  const notes: Because[] = [];
  if (reactive.targetUtilization !== tuned.targetUtilization) {
    const message = `Helios cannot cost as little as the tuned reactive policy: instead that one was given headroom, a target of ${shown(reactive.targetUtilization)} instead of ${tuned.targetUtilization}`;
    const details = { tuned: tuned.targetUtilization, used: reactive.targetUtilization };
    notes.push(because('REACTIVE_GIVEN_HEADROOM', message, details));
  }
  if (Math.abs(costDifference) > EQUAL_WITHIN) {
    const percent = (100 * costDifference).toFixed(1);
    const message = `no headroom makes both cost the same: ${percent} % apart, so minutes short cannot be compared`;
    notes.push(because('COST_NOT_EQUAL', message, { difference: costDifference }));
  }
  return notes;
}
