import { describe, expect, it } from '@jest/globals';
import { eventsFor } from '#app/configured-events.ts';
import type { ConfiguredEvent } from '#contracts/config/events.ts';
import { workloadId } from '#core/workload.ts';

const WEB = workloadId({ deployment: 'web', namespace: 'shop' });

function event(name: string, scope: Partial<ConfiguredEvent> = {}): ConfiguredEvent {
  const start = '2026-11-27T00:00:00+01:00';
  return { name, start, end: '2026-11-28T00:00:00+01:00', factor: 3, ...scope };
}

function namesFor(events: readonly ConfiguredEvent[]): string[] {
  return eventsFor(events, WEB, 'request_rate').map(({ name }) => name);
}

describe('eventsFor', () => {
  it('turns times into moments', () => {
    // Midnight an hour east of Greenwich is 23:00 UTC the day before.
    expect(eventsFor([event('sale')], WEB, 'request_rate')).toEqual([
      {
        name: 'sale',
        start: Date.UTC(2026, 10, 26, 23),
        end: Date.UTC(2026, 10, 27, 23),
        factor: 3,
      },
    ]);
  });

  it('takes those whose every given part matches', () => {
    const events = [
      event('all'),
      event('namespace', { namespace: 'shop' }),
      event('both', { namespace: 'shop', deployment: 'web' }),
      event('whole deployment', { container: '*' }),
      event('other cluster', { cluster: 'eu' }),
      event('other namespace', { namespace: 'default' }),
      event('other deployment', { namespace: 'shop', deployment: 'api' }),
      event('other container', { container: 'app' }),
    ];
    expect(namesFor(events)).toEqual(['all', 'namespace', 'both', 'whole deployment']);
  });

  it('takes those for the metric', () => {
    const events = [
      event('rate', { metrics: ['cpu_utilization', 'request_rate'] }),
      event('cpu', { metrics: ['cpu_utilization'] }),
    ];
    expect(namesFor(events)).toEqual(['rate']);
  });
});
