import { describe, expect, it } from '@jest/globals';
import {
  disturbanceOf,
  endOf,
  labelOf,
  type PlannedIncident,
  planIncidents,
  UNDISTURBED,
} from '#core/simulate/incident.ts';
import { WEBSHOP_STEP } from '#core/simulate/webshop-parameters.ts';
import { addMs, DAY, epochMs, MINUTE } from '#core/time.ts';

const START = epochMs(Date.parse('2026-01-05T00:00:00Z'));

const LEVEL = {
  memory_bytes: 4e9,
  cpu_utilization: 0.5,
  memory_utilization: 0.6,
  request_rate: 80,
  db_cpu: 0.3,
  db_memory: 0.7,
  db_connections: 30,
};

function planned(kind: PlannedIncident['kind']): PlannedIncident {
  return { kind, start: START, slots: 5, sizeInNoise: 4 };
}

function along<T>(kind: PlannedIncident['kind'], pick: (d: typeof UNDISTURBED) => T): readonly T[] {
  return [0, 1, 2, 3, 4].map((i) =>
    pick(disturbanceOf(planned(kind), LEVEL, addMs(START, WEBSHOP_STEP, i))),
  );
}

/** What one process plans in ten years. */
function decade(seed: number): readonly PlannedIncident[] {
  const incidents: PlannedIncident[] = [];
  for (const incident of planIncidents(seed, START)) {
    if (incident.start > START + 3650 * DAY) return incidents;
    incidents.push(incident);
  }
  return incidents;
}

describe('the plan of incidents', () => {
  const incidents = decade(11);

  it('brings one about every two and a half days', () => {
    // 52 h + 6 h between two, and a mean length of 340 / ln 18 = 118 min: one in 60 h, so 1460 in
    // ten years, give or take 4 * sqrt(1460) * 52 / 60 = 132.
    expect(Math.abs(incidents.length - 1460)).toBeLessThan(132);
  });

  it('never lets two overlap, leaves six hours between them and two days before the first', () => {
    expect(incidents[0]?.start).toBeGreaterThanOrEqual(START + 2 * DAY);
    for (const [i, incident] of incidents.slice(1).entries()) {
      const before = incidents[i];
      expect(before && incident.start - endOf(before)).toBeGreaterThanOrEqual(360 * MINUTE);
    }
  });

  it('draws every kind as often, sizes from 1.2 to 12 and lengths from 20 minutes to 6 hours', () => {
    const sizes = incidents.map((incident) => incident.sizeInNoise);
    const slots = incidents.map((incident) => incident.slots);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(1.2);
    expect(Math.max(...sizes)).toBeLessThan(12);
    // As many below the geometric mean sqrt(1.2 * 12) = 3.795 as above.
    const small = sizes.filter((size) => size < 3.795).length / sizes.length;
    expect(Math.abs(small - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / sizes.length));
    expect(Math.min(...slots)).toBe(4);
    expect(Math.max(...slots)).toBe(72);
    for (const kind of new Set(incidents.map((incident) => incident.kind))) {
      const share = incidents.filter((incident) => incident.kind === kind).length;
      expect(Math.abs(share / incidents.length - 1 / 6)).toBeLessThan(0.04);
    }
    expect(new Set(incidents.map((incident) => incident.kind)).size).toBe(6);
  });

  it('is another for another seed', () => {
    expect(decade(12)[0]).not.toEqual(incidents[0]);
  });
});

describe('the effect of an incident of 4 times the noise', () => {
  it('lets a traffic spike rise and fall', () => {
    // Noise of the request rate 0.0325: 4 * 0.0325 = 0.13.
    const factors = along('traffic_spike', (d) => d.trafficFactor);
    for (const [i, expected] of [1.065, 1.13, 1.13, 1.13, 1.065].entries()) {
      expect(factors[i]).toBeCloseTo(expected, 12);
    }
  });

  it('takes the same share of traffic away all the time', () => {
    for (const factor of along('traffic_drop', (d) => d.trafficFactor)) {
      expect(factor).toBeCloseTo(0.87, 12);
    }
  });

  it('lets a leak grow to its size in the last slot', () => {
    // 4 * 0.01 * 4e9 = 1.6e8 bytes.
    const leaked = along('memory_leak', (d) => d.leakedBytes);
    for (const [i, expected] of [0.32e8, 0.64e8, 0.96e8, 1.28e8, 1.6e8].entries()) {
      expect(leaked[i]).toBeCloseTo(expected, 3);
    }
  });

  it('slows the database by its noise and steals CPU by its noise', () => {
    expect(along('slow_database', (d) => d.dbSlowdown)[0]).toBeCloseTo(4 * 0.0375, 12);
    expect(along('noisy_neighbour', (d) => d.cpuReading)[0]).toBeCloseTo(1 + 4 * 0.038, 12);
  });

  it('holds CPU and connections of the level at the start while a job is stuck', () => {
    const stuck = disturbanceOf(planned('stuck_job'), LEVEL, START);
    expect(stuck.cpuShift).toBeCloseTo(4 * 0.038 * 0.5, 12);
    expect(stuck.heldConnections).toBeCloseTo(4 * 0.0215 * 30, 12);
    expect({ ...stuck, cpuShift: 0, heldConnections: 0 }).toEqual(UNDISTURBED);
  });
});

describe('the label of an incident', () => {
  it('tells the shift of the first metric in its unit, downwards negative', () => {
    const drop = labelOf(planned('traffic_drop'), LEVEL);
    expect(drop).toMatchObject({
      id: 'traffic_drop@2026-01-05T00:00:00.000Z',
      kind: 'traffic_drop',
      start: START,
      end: START + 25 * MINUTE,
      metrics: ['request_rate', 'cpu_utilization', 'db_cpu', 'db_connections'],
      sizeInNoise: 4,
    });
    expect(drop.size).toBeCloseTo(-0.13 * 80, 12);
    expect(labelOf(planned('memory_leak'), LEVEL).size).toBeCloseTo(1.6e8, 3);
  });
});
