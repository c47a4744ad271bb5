import { describe, expect, it } from '@jest/globals';
import { compactFormat } from '#core/detect/compact-values.ts';
import { incidentMessage } from '#core/detect/incident-message.ts';
import type { IncidentMetric } from '#core/detect/incident-record.ts';

const GIB = 2 ** 30;

/** CPU at 62 % where 45 ± 5 % was expected, unless said otherwise. */
function metric(parts: Partial<IncidentMetric> = {}): IncidentMetric {
  return {
    metric: 'cpu_utilization',
    score: 4,
    share: 1,
    value: 0.62,
    expected: 0.45,
    lower: 0.4,
    upper: 0.5,
    direction: 'above',
    ...parts,
  };
}

function message(
  metrics: readonly IncidentMetric[],
  parts: { readonly state?: 'open' | 'closed'; readonly detectors?: readonly string[] } = {},
): string {
  return incidentMessage({ state: 'open', detectors: ['residual'], metrics, ...parts });
}

describe('the message', () => {
  it('compares with what was expected', () => {
    // 0.62 / 0.45 = 1.378
    expect(message([metric()])).toBe(
      'cpu_utilization is 37.8 % above what is usual: 62 % where 45 % was expected (40 % to 50 %)',
    );
    const low = metric({ value: 0.09, direction: 'below' });
    expect(message([low], { state: 'closed' })).toBe(
      'cpu_utilization was 80 % below what is usual: 9 % where 45 % was expected (40 % to 50 %)',
    );
  });

  it('gives a factor where a percentage is hard to read', () => {
    const bytes = { metric: 'memory_bytes', expected: 0.1 * GIB, lower: 0, upper: 0.2 * GIB };
    expect(message([metric({ ...bytes, value: GIB })])).toContain(
      'memory_bytes is 10 times what is usual: 1 GiB where 0.1 GiB was expected (0 GiB to 0.2 GiB)',
    );
    expect(message([metric({ ...bytes, value: 0.99 * GIB })])).toContain('is 890 % above');
  });

  it('gives no percentage of nothing', () => {
    const none = { metric: 'error_rate', expected: 0, lower: 0, upper: 0.01 };
    expect(message([metric({ ...none, value: 0.05 })])).toBe(
      'error_rate is above what is usual: 5 % where 0 % was expected (0 % to 1 %)',
    );
  });

  it('says only what is known', () => {
    const unknown = { lower: null, upper: null, direction: null };
    expect(message([metric({ ...unknown, expected: null })])).toBe(
      'cpu_utilization is unusual: 62 %',
    );
    expect(message([metric({ ...unknown, expected: null, value: null })])).toBe(
      'cpu_utilization is unusual',
    );
    expect(message([metric({ lower: null, upper: null })])).toBe(
      'cpu_utilization is 37.8 % above what is usual: 62 % where 45 % was expected',
    );
    expect(message([])).toBe('the metrics are unusual together');
  });

  it('names the others', () => {
    const others = ['b', 'c', 'd', 'e'].map((name) => metric({ metric: name }));
    const end = (count: number) =>
      message([metric(), ...others.slice(0, count)]).replace(/.*\), /, '');
    expect([1, 2, 3, 4].map(end)).toEqual([
      'together with b',
      'together with b and c',
      'together with b, c and 1 more',
      'together with b, c and 2 more',
    ]);
  });

  it('says that metrics part ways when only the service detector saw it', () => {
    const detectors = ['service'];
    expect(message([metric()], { detectors })).toMatch(
      /^cpu_utilization does not go with the other metrics as usual: 62 % where 45 %/,
    );
    expect(message([metric()], { detectors, state: 'closed' })).toContain('did not go with');
  });
});

it('values of one sentence share a scale and their unit', () => {
  expect(compactFormat('seconds', [0.25])(0.0125)).toBe('12.5 ms');
  expect(compactFormat('seconds', [0.25, 1.5])(0.25)).toBe('0.25 s');
  expect(compactFormat('bytes_per_second', [3 * 2 ** 20])(1.5 * 2 ** 20)).toBe('1.5 MiB/s');
  expect(compactFormat('bytes', [12])(12)).toBe('12 B');
  expect(compactFormat('per_second', [])(1234.4)).toBe('1234/s');
  expect(compactFormat('cores', [2])(1.999)).toBe('2 cores');
  expect(compactFormat('count', [7])(-0)).toBe('0');
  expect(compactFormat('unspecified', [1e308])(1e308)).toBe('1e+308');
});
