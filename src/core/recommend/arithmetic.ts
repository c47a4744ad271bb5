import { toIso } from '../time.ts';
import { shown } from './because.ts';
import type { Decided, DecideInput } from './decide.ts';
import { BAND_QUANTILES } from './expected.ts';
import { utilizationOf } from './needs.ts';

/** What demand is called in the lines. */
export interface DemandName {
  readonly metric: string;
  readonly unit: string;
  /** Where the capacity of a replica comes from. */
  readonly source: string;
}

/** The arithmetic of a decision line by line, with its numbers, so that anybody can do it again. */
export function arithmeticOf(
  input: DecideInput,
  decided: Decided,
  demand: DemandName | undefined,
): readonly string[] {
  const { needs, decision } = decided;
  if (!needs) return ['nothing was computed: see the reasons'];
  const { minimumReplicas, maximumReplicas } = input.policy;
  const target = decision.decision === 'act' ? decision.target : undefined;
  const outcome =
    target === undefined
      ? `hold: nothing is recommended, ${needs.current} there are`
      : `target: ${needs.current} → ${target} replicas`;
  return [
    ...measuredLines(input, decided),
    ...(demand ? forecastLines(input, decided, demand) : []),
    ...scaleInLines(input, decided),
    `bounds: ${minimumReplicas} to ${maximumReplicas} replicas`,
    outcome,
  ];
}

function measuredLines({ policy, measured }: DecideInput, { needs }: Decided): readonly string[] {
  if (!needs || !measured) return [];
  const { utilization, replicas, at } = measured;
  return [
    `measured until ${toIso(at)}: ${shown(utilization)} × ${replicas} replicas = ${shown(needs.load)} fully used`,
    `needed for what is measured: ⌈${shown(needs.load)} / ${policy.targetUtilization}⌉ = ${needs.reactive}`,
  ];
}

function forecastLines(
  { policy, capacity }: DecideInput,
  { needs }: Decided,
  { metric, unit, source }: DemandName,
): readonly string[] {
  const expected = needs?.expected;
  if (!needs || !expected) return ['forecast: it may not act, so measurements decide alone'];
  const { perReplica, idle } = capacity;
  const { demand, need, lower, upper, until } = expected;
  const used = needs.current > 0 ? utilizationOf(demand, capacity, needs.current) : Infinity;
  const target = policy.targetUtilization;
  const sum =
    idle > 0
      ? `⌈${shown(demand)} · ${shown(1 - idle)} / (${shown(perReplica)} · (${target} − ${shown(idle)}))⌉`
      : `⌈${shown(demand)} / (${shown(perReplica)} · ${target})⌉`;
  const isAbove = used > policy.scaleUpThreshold;
  return [
    `demand until ${toIso(until)}: ${metric} reaches ${shown(demand)} ${unit} at the ${policy.quantile} quantile`,
    `capacity: one replica serves ${shown(perReplica)} ${unit} fully used, idle at ${shown(idle)} (${source})`,
    `needed for what is expected: ${sum} = ${need}`,
    `band: ${lower} replicas at the ${BAND_QUANTILES.lower} quantile, ${upper} at ${Math.max(BAND_QUANTILES.upper, policy.quantile)}`,
    `of ${needs.current} replicas ${shown(used)} would be used: ${isAbove ? 'above' : 'not above'} ${policy.scaleUpThreshold}, so it adds ${isAbove ? 'what is missing' : 'none'}`,
  ];
}

function scaleInLines(
  { policy, measured, capacity }: DecideInput,
  { needs }: Decided,
): readonly string[] {
  if (!needs || !measured || needs.current === 0) return [];
  const minutes = policy.scaleInWindow / 60_000;
  const threshold = policy.scaleDownThreshold;
  const used = Number.isNaN(measured.highestLoad)
    ? 'too little measured to say'
    : shown(measured.highestLoad / needs.current);
  const upper = needs.expected
    ? shown(utilizationOf(needs.expected.upperDemand, capacity, needs.current))
    : 'no forecast that may act';
  return [
    `to scale in, both must be below ${threshold}: measured in ${minutes} min ${used}, upper band ${upper}`,
  ];
}
