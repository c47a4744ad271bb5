/** Files that exporters name after their query, one metric each, and the metric that is. */
const EXPORTS: ReadonlyMap<string, string> = new Map([
  ['container_cpu_rate', 'cpu_cores'],
  ['container_memory_usage', 'memory_bytes'],
  ['container_network_receive_rate', 'network_rx_bytes'],
  ['container_network_transmit_rate', 'network_tx_bytes'],
  ['container_fs_read_bytes_rate', 'disk_read_bytes'],
  ['container_fs_write_bytes_rate', 'disk_write_bytes'],
  ['container_fs_reads_rate', 'disk_reads'],
  ['container_fs_writes_rate', 'disk_writes'],
]);

/**
 * The metric that the name of an exported file stands for; undefined when it is none of the known ones.
 *
 * @param name - without its folder
 * @example
 * ```ts
 * metricOfExport('container_cpu_rate_20260105.csv'); // => 'cpu_cores'
 * metricOfExport('container_cpu_rates.csv'); // => undefined
 * ```
 */
export function metricOfExport(name: string): string | undefined {
  for (const [prefix, metric] of EXPORTS) {
    if (name.startsWith(prefix) && !/^[a-z]/.test(name.slice(prefix.length))) return metric;
  }
  return undefined;
}
