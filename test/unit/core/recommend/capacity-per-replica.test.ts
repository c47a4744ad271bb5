import { describe, expect, it } from '@jest/globals';
import { LEAST_ROWS, learnCapacity } from '#core/recommend/capacity-per-replica.ts';

/** Rows of utilisation = idle + slope · demand / replicas, with demand from 100 to 399 and 2 or 3 replicas. */
function rowsOf(idle: number, slope: number, count = 60) {
  const demand = Float64Array.from({ length: count }, (_, i) => 100 + ((i * 37) % 300));
  const replicas = Float64Array.from({ length: count }, (_, i) => 2 + (i % 2));
  const utilization = demand.map((value, i) => idle + (slope * value) / (replicas[i] ?? 1));
  return { demand, replicas, utilization };
}

describe('the capacity of a replica', () => {
  it('is read from the line of utilisation over demand per replica', () => {
    // Fully used where 0.1 + 0.003 · x = 1: x = 300.
    const learned = learnCapacity(rowsOf(0.1, 0.003));
    expect(learned).toMatchObject({ ok: true, fit: { rows: 60 } });
    if (!learned.ok) return;
    expect(learned.capacity.perReplica).toBeCloseTo(300, 6);
    expect(learned.capacity.idle).toBeCloseTo(0.1, 9);
    expect(learned.fit.explained).toBeCloseTo(1, 9);
  });

  it('is not moved far by wild rows', () => {
    const { utilization, ...rows } = rowsOf(0.1, 0.003);
    for (let i = 0; i < 12; i++) utilization[i * 5] = i % 2 === 0 ? 0.94 : 0;
    const learned = learnCapacity({ ...rows, utilization });
    expect(learned.ok && learned.capacity.perReplica).toBeGreaterThan(280);
    expect(learned.ok && learned.capacity.perReplica).toBeLessThan(320);
  });

  it('is not learned from replicas that are full: they cannot be used more', () => {
    // 0.1 + 0.012 · x is full from x = 75 on, less than most rows have.
    const { utilization, ...rows } = rowsOf(0.1, 0.012, 300);
    const cut = utilization.map((value) => Math.min(1, value));
    const learned = learnCapacity({ ...rows, utilization: cut });
    expect(learned.ok && learned.capacity.perReplica).toBeCloseTo(75, 6);
  });

  it('goes through the origin where the line would start below it', () => {
    // −0.05 + 0.004 · x: through the origin the median ratio is less than the slope.
    const learned = learnCapacity(rowsOf(-0.05, 0.004));
    expect(learned).toMatchObject({ ok: true, capacity: { idle: 0 } });
  });

  it.each([
    ['too few rows', rowsOf(0.1, 0.003, LEAST_ROWS - 1)],
    [
      'a demand that does not vary',
      {
        ...rowsOf(0.1, 0.003),
        demand: new Float64Array(60).fill(9),
        replicas: new Float64Array(60).fill(2),
      },
    ],
    ['no demand at all', { ...rowsOf(0.1, 0.003), demand: new Float64Array(60) }],
    ['a utilisation that falls', rowsOf(0.9, -0.003)],
    ['a utilisation that does not move', rowsOf(0.5, 0)],
    [
      'replicas that nobody knows',
      { ...rowsOf(0.1, 0.003), replicas: new Float64Array(60).fill(Number.NaN) },
    ],
    [
      'values that cannot be',
      { ...rowsOf(0.1, 0.003), utilization: new Float64Array(60).fill(1e308) },
    ],
  ])('is refused for %s', (_, rows) => {
    expect(learnCapacity(rows)).toMatchObject({ ok: false, because: { code: 'CAPACITY_UNKNOWN' } });
  });

  it('is refused where demand explains little of how utilisation varied', () => {
    const { utilization, ...rows } = rowsOf(0.3, 0.0002);
    // A swing of ±0.2 that has nothing to do with demand.
    const noisy = utilization.map((value, i) => value + (Math.floor(i / 2) % 2 === 0 ? 0.2 : -0.2));
    expect(learnCapacity({ ...rows, utilization: noisy })).toMatchObject({ ok: false });
  });
});
