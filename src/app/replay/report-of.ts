import type { ReplayPolicy, ReplayReport } from '#contracts/http/replay.ts';
import type { JudgedReplay, ReplayedPolicy } from '#core/replay/replay.ts';
import type { ReplaySettings } from '#core/replay/settings.ts';
import { addMs, SECOND, toIso } from '#core/time.ts';
import type { DemandSource } from './read-demand.ts';

/** Policies that a chart shows. */
const CHARTED = ['static', 'reactive', 'helios', 'oracle'] as const;

/** A replay as the wire has it. @param price - of a unit-hour; null: nothing is said of cost */
export function reportOf(
  replayed: JudgedReplay,
  { series, metric, workload, notes }: DemandSource,
  settings: ReplaySettings,
  price: number | null,
): ReplayReport {
  const { demand, parts } = replayed;
  const at = (index: number) => toIso(addMs(demand.start, demand.step, index));
  return {
    workload: workload ? { ...workload.id } : null,
    metric,
    unit: series.unit,
    simulated: workload?.simulated ?? false,
    step_seconds: demand.step / SECOND,
    from: at(0),
    judged_from: at(parts.judged[0]),
    to: at(parts.judged[1]),
    steps: demand.values.length,
    settings: {
      capacity_per_unit: demand.capacityPerUnit,
      capacity_is: demand.capacityIs,
      start_up_seconds: settings.startUp / SECOND,
      metric_lag_steps: settings.metricLagSteps,
      slo_utilization: settings.sloUtilization,
      target_utilization: settings.targetUtilization,
      minimum_units: settings.minimumUnits,
      maximum_units: settings.maximumUnits,
      price_per_unit_hour: price,
    },
    forecasters: [...replayed.members],
    policies: replayed.policies.map((policy) => policyOf(replayed, policy, price)),
    verdict: verdictOf(replayed),
    notes: [...notes, ...replayed.notes].map(({ code, message, details }) => ({
      code,
      message,
      ...(details ? { details: { ...details } } : {}),
    })),
    chart: chartOf(replayed),
  };
}

function policyOf(
  replayed: JudgedReplay,
  { name, outcome, costDifference }: ReplayedPolicy,
  price: number | null,
): ReplayPolicy {
  return {
    name,
    settings: settingsOf(replayed, name),
    under_capacity_minutes: outcome.underCapacityMinutes,
    slo_minutes: outcome.sloMinutes,
    unserved_unit_minutes: outcome.unservedUnitMinutes,
    unit_hours: outcome.unitHours,
    cost_difference: costDifference,
    cost: price === null ? null : price * outcome.unitHours,
    scale_outs: outcome.scaleOuts,
    scale_ins: outcome.scaleIns,
  };
}

function settingsOf(
  { units, reactive, helios }: JudgedReplay,
  name: ReplayedPolicy['name'],
): Readonly<Record<string, number>> & ReplayPolicy['settings'] {
  switch (name) {
    case 'static':
      return { units: units.static };
    case 'static_peak':
      return { units: units.staticPeak };
    case 'reactive':
      return {
        target_utilization: reactive.targetUtilization,
        tolerance: reactive.tolerance,
        scale_in_stabilization_seconds: reactive.scaleInStabilization / SECOND,
        scale_out_cooldown_seconds: reactive.scaleOutCooldown / SECOND,
      };
    case 'helios':
      return {
        target_utilization: helios.targetUtilization,
        quantile: helios.quantile,
        scale_in_window_seconds: helios.scaleInWindow / SECOND,
        scale_in_below: helios.scaleInShare * helios.targetUtilization,
      };
    case 'oracle':
      return {};
  }
}

function verdictOf(replayed: JudgedReplay): ReplayReport['verdict'] {
  const { verdict } = replayed;
  return {
    finding: verdict.finding,
    sentence: sentenceOf(replayed),
    saved_minutes: verdict.savedPerDay * verdict.days,
    saved_fraction: verdict.savedFraction,
    saved_minutes_per_day: verdict.savedPerDay,
    standard_error: verdict.standardError,
    days: verdict.days,
    days_better: verdict.daysBetter,
    days_worse: verdict.daysWorse,
  };
}

function sentenceOf({ verdict, policies }: JudgedReplay): string {
  const minutesOf = (name: ReplayedPolicy['name']) => {
    const found = policies.find((policy) => policy.name === name);
    return `${Math.round(found?.outcome.underCapacityMinutes ?? 0)} min`;
  };
  const both = `${minutesOf('helios')} under capacity against ${minutesOf('reactive')}`;
  const days = `in ${verdict.days} days (better on ${verdict.daysBetter}, worse on ${verdict.daysWorse})`;
  switch (verdict.finding) {
    case 'helios_better':
      return `Helios is better: ${both} of tuned reactive scaling for the same unit-hours, ${days}.`;
    case 'reactive_better':
      return `Reactive scaling is better: Helios ${both} for the same unit-hours, ${days}.`;
    case 'as_good':
      return `Reactive scaling is as good: Helios ${both} for the same unit-hours, ${days}; the difference is no more than chance or too small to matter.`;
    case 'not_comparable':
      return `Not comparable: Helios ${both}, but not for the same unit-hours.`;
  }
}

function chartOf({ demand, parts, policies }: JudgedReplay): ReplayReport['chart'] {
  const [from, to] = parts.judged;
  const values = Array.from(demand.values.subarray(from, to), (value, i) =>
    demand.isKnown[from + i] === 1 ? Number(value.toPrecision(DIGITS)) : null,
  );
  const ready = policies
    .filter(({ name }) => CHARTED.some((charted) => charted === name))
    .map(({ name, run }) => [name, [...run.readyThen.subarray(from, to)]] as const);
  return { demand: values, ready: Object.fromEntries(ready) };
}

const DIGITS = 4;
