import type { Frame } from '../series/frame.ts';
import {
  assembleMatrix,
  type ColumnBlock,
  type FeatureMatrix,
  pastValues,
  rowsFrom,
} from './feature-matrix.ts';

/** MOrA's names of the metrics that it observed, each with that of the catalogue. */
export const MORA_OBSERVED = [
  { mora: 'cpu_cores', metric: 'cpu_cores' },
  { mora: 'mem_bytes', metric: 'memory_bytes' },
  { mora: 'net_rx_bytes', metric: 'network_rx_bytes' },
  { mora: 'net_tx_bytes', metric: 'network_tx_bytes' },
  { mora: 'pod_restarts', metric: 'restarts' },
  { mora: 'replica_count', metric: 'replicas' },
  { mora: 'node_cpu_util', metric: 'node_cpu_utilization' },
  { mora: 'node_mem_util', metric: 'node_memory_utilization' },
] as const;

/** Go up when a column changes its meaning. */
export const MORA_SCHEMA = 'mora/1';
export const MORA_TARGETS_SCHEMA = 'mora-targets/1';

const CPU_BUFFER = 1.2;
const MEMORY_BUFFER = 1.15;
/** Rows before its own that a row reads. */
const REACH = 1;

interface MoraOptions {
  /** First row of the frame to compute, 0 unless given. */
  readonly from?: number;
}

/**
 * The twelve metrics of a service that MOrA learned from: eight observed, by the catalogue's names,
 * and four derived. All read row t, service_stability t − 1 as well.
 *
 * | Column | Unit | Formula |
 * |---|---|---|
 * | `cpu_cores`, `memory_bytes` | cores, bytes | as observed |
 * | `network_rx_bytes`, `network_tx_bytes` | bytes/s | as observed |
 * | `restarts`, `replicas` | count | as observed; restarts is the running total |
 * | `node_cpu_utilization`, `node_memory_utilization` | share 0–1 | as observed |
 * | `network_activity_rate` | bytes/s | network_rx_bytes + network_tx_bytes |
 * | `processing_intensity` | core-seconds per request | cpu_cores / request_rate |
 * | `service_stability` | 0 < s ≤ 1, 1 = no restart | 1 / (1 + max(0, restarts[t] − restarts[t − 1])) |
 * | `resource_pressure` | share 0–1 | mean of cpu_utilization and memory_utilization |
 *
 * A total that falls has lost pods, or was reset: how many restarts that hides is not known, and none
 * is assumed. MOrA divided by the greatest CPU and memory of the whole experiment, later ones too,
 * where resource_pressure here has the declared limits.
 *
 * NaN is written for what is missing or infinite, for whatever has a missing value in it, and for a
 * division by zero: no column is made up from another, as MOrA made network traffic from CPU.
 *
 * @throws {RangeError} when `from` is not a row of the frame
 */
export function moraFeatures(frame: Frame, { from = 0 }: MoraOptions = {}): FeatureMatrix {
  const of = pastOf(frame, from);
  const cpu = of('cpu_cores');
  const requests = of('request_rate');
  const received = of('network_rx_bytes');
  const sent = of('network_tx_bytes');
  const restarts = of('restarts');
  const cpuShare = of('cpu_utilization');
  const memoryShare = of('memory_utilization');
  return assembleMatrix(MORA_SCHEMA, rowsFrom(frame, from).length, [
    ...MORA_OBSERVED.map(({ metric }) => {
      const values = of(metric);
      return block(metric, (t) => values[t]!);
    }),
    block('network_activity_rate', (t) => received[t]! + sent[t]!),
    block('processing_intensity', (t) => cpu[t]! / requests[t]!),
    block('service_stability', (t) => 1 / (1 + Math.max(0, restarts[t]! - restarts[t - 1]!))),
    block('resource_pressure', (t) => (cpuShare[t]! + memoryShare[t]!) / 2),
  ]);
}

/**
 * What MOrA taught its models to ask for: the usage of row t with a margin. They are made of row t
 * alone, so whoever learns them from row t learns a multiplication: pair them with earlier rows.
 *
 * | Column | Unit | Formula |
 * |---|---|---|
 * | `cpu_target` | cores | 1.2 · cpu_cores |
 * | `memory_target` | bytes | 1.15 · memory_bytes |
 * | `replica_target` | count | replicas |
 *
 * NaN where the usage is missing or infinite.
 *
 * @throws {RangeError} when `from` is not a row of the frame
 */
export function moraTargets(frame: Frame, { from = 0 }: MoraOptions = {}): FeatureMatrix {
  const of = pastOf(frame, from);
  const cpu = of('cpu_cores');
  const memory = of('memory_bytes');
  const replicas = of('replicas');
  return assembleMatrix(MORA_TARGETS_SCHEMA, rowsFrom(frame, from).length, [
    block('cpu_target', (t) => CPU_BUFFER * cpu[t]!),
    block('memory_target', (t) => MEMORY_BUFFER * memory[t]!),
    block('replica_target', (t) => replicas[t]!),
  ]);
}

function pastOf(frame: Frame, from: number): (metric: string) => Float64Array {
  return (metric) => pastValues(frame, metric, { from, reach: REACH });
}

/** @param at - the column's value at an index of the past values */
function block(name: string, at: (t: number) => number): ColumnBlock {
  return {
    names: [name],
    write(row, out, column) {
      out[column] = at(REACH + row);
    },
  };
}
