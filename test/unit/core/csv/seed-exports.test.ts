import { describe, expect, it } from '@jest/globals';
import { durationMs, epochMs } from '#core/time.ts';
import { MINUTES, read, refusal, TEN } from './read.ts';

describe('the exports of the seeds', () => {
  it('a metric a file, with labels: each row belongs to the workload its labels name', async () => {
    const row = (minutes: number, labels: string, value: number, id: string) =>
      `2026-01-05 10:0${minutes}:00+00:00,"${labels}",${value},${id}\n`;
    const pod = 'namespace=shop,pod=cart-7d9c6b8f5d-x2x4q,container=app,image=cart:1';
    const text = `timestamp,container_labels,value,container_id\n${row(0, pod, 0.5, 'c1')}${row(0, 'name=redis', 0.1, 'c2')}${row(0, '', 0.2, '/docker/0123abcd')}${row(0, 'nonsense', 1, 'c4')}`;
    const { values, problems } = await read(text, { metric: 'cpu_cores' });
    expect(values).toEqual([
      'shop/cart/app/@cart-7d9c6b8f5d-x2x4q cpu_cores@0=0.5',
      'redis cpu_cores@0=0.1',
      '0123abcd cpu_cores@0=0.2',
    ]);
    expect(problems).toEqual(['5: "nonsense" are no labels: key=value,key=value']);
  });

  const HEADER =
    'timestamp,experiment_id,service,scenario,replica_count,load_users,cpu_cores_value,mem_bytes_value,net_rx_bytes_value,net_tx_bytes_value,pod_restarts_value,replica_count_value,node_cpu_util_value,node_mem_util_value,network_activity_rate_value,processing_intensity_value,service_stability_value,resource_pressure_value';
  const experiment = (rows: readonly string[]) =>
    `${HEADER}\n${rows.map((row, i) => (row.startsWith('t_') ? row : `t_${i},e1,frontend,browsing,2,10,${row}`)).join('\n')}\n`;
  const grid = { start: epochMs(TEN), step: durationMs(5 * MINUTES) };

  it('an experiment, once its start and step are told: measured columns only, in their units', async () => {
    const text = experiment([
      '0.002,1000,2,100,0,2,40,50,0,0.002,1,0.5',
      '0.003,2000,3,200,0,2,-5,,1,0.003,inf,0.6',
    ]);
    const { values, form, missing, problems } = await read(text, grid);
    // rx = 1000 × cpu and tx = 0.1 × memory in every row: not measured. 40 % is 0.4.
    expect(values).toEqual(
      [
        ...['cpu_cores@0=0.002', 'memory_bytes@0=1000', 'restarts@0=0', 'replicas@0=2'],
        ...['node_cpu_utilization@0=0.4', 'node_memory_utilization@0=0.5'],
        ...['cpu_cores@5=0.003', 'memory_bytes@5=2000', 'restarts@5=0', 'replicas@5=2'],
        'node_cpu_utilization@5=-0.05',
      ].map((value) => `frontend ${value}`),
    );
    expect({ missing, problems, times: form.times }).toEqual({
      missing: 1,
      problems: [],
      times: 'row-number',
    });
    expect(form.leftOut.map(({ column }) => column)).toEqual([
      ...['experiment_id', 'scenario', 'replica_count', 'load_users'],
      ...['network_activity_rate_value', 'processing_intensity_value', 'service_stability_value'],
      ...['resource_pressure_value', 'network_rx_bytes', 'network_tx_bytes'],
    ]);
  });

  it('an experiment whose network was measured keeps it', async () => {
    // Received: 1000 × CPU in the first row only, so measured. Sent: 0.1 × memory in both, so not.
    const { values } = await read(
      experiment(['0.002,1000,2,100,,,,,,,,', '0.003,2000,7,200,,,,,,,,']),
      grid,
    );
    expect(values.filter((value) => value.includes('network'))).toEqual([
      'frontend network_rx_bytes@0=2',
      'frontend network_rx_bytes@5=7',
    ]);
  });

  it('an experiment without a start and a step is refused', async () => {
    expect(await refusal(experiment(['1,2,3,4,5,6,7,8,9,1,2,3']))).toContain(
      'the times are row numbers (t_0, t_1, ...), no clock times',
    );
  });

  const cells = '0.1,100,1,1,0,2,40,50,0,0.1,1,1';
  const short = '0.1,100,1,1,0,,,,0,0.1,1,1';
  it.each([
    [
      'columns of other lengths',
      [cells, short, short, short],
      'replicas ends after 1 rows, restarts after 4',
    ],
    [
      'numbers that begin again',
      [cells, `t_0,e1,frontend,browsing,2,10,${cells}`],
      'row number 0 in line 3 follows 0',
    ],
    [
      'two services',
      [cells, `t_1,e1,cart,browsing,2,10,${cells}`],
      'rows of frontend and cart in one file',
    ],
  ])('stacked series are refused: %s', async (_, rows, message) => {
    expect(await refusal(experiment(rows), grid)).toContain(message);
  });
});
