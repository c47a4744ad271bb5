import { describe, expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createFitLog } from '#app/fit-log.ts';
import type { CatalogStore } from '#app/ports/catalog-store.ts';
import { addMs, DAY } from '#core/time.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { fitOf } from '#test/helpers/fits.ts';
import { at, settableClock } from '#test/helpers/memory-services.ts';

const NOW = at('2026-03-02T10:00:00Z');
const WEB = 'default#shop#web#*';
const API = 'default#shop#api#*';

function open(catalog: CatalogStore = createMemoryCatalogStore()) {
  return createFitLog(catalog, settableClock(NOW));
}

describe('the log of fits', () => {
  it('gives back the fits of a run as they were, by workload, metric and model', async () => {
    const log = open();
    const fits = [
      fitOf(WEB, 'memory_bytes', 'ets', { mae: null, skill_vs_naive: null, horizons: [] }),
      fitOf(WEB, 'cpu_utilization', 'ridge'),
      fitOf(WEB, 'cpu_utilization', 'auto', { fit_ms: null, serves: true }),
      fitOf(API, 'cpu_utilization', 'ridge'),
    ];
    for (const fit of fits) await log.add(fit);
    expect(await log.list('run-1')).toEqual([fits[3], fits[2], fits[1], fits[0]]);
  });

  it('has a fit once, however often a stage is repeated: as it was said last', async () => {
    const log = open();
    await log.add(fitOf(WEB, 'cpu_utilization', 'ridge', { fit_ms: 1 }));
    await log.add(fitOf(WEB, 'cpu_utilization', 'ridge', { fit_ms: 2 }));
    expect(await log.list('run-1')).toMatchObject([{ fit_ms: 2 }]);
  });

  it('keeps runs apart', async () => {
    const log = open();
    await log.add(fitOf(WEB, 'cpu_utilization', 'ridge'));
    await log.add(fitOf(WEB, 'cpu_utilization', 'ridge', { run_id: 'run-10', fit_ms: 2 }));
    expect(await log.list('run-1')).toMatchObject([{ run_id: 'run-1', fit_ms: 12 }]);
    expect(await log.list('run-2')).toEqual([]);
  });

  it('may be forgotten with its run, after 90 days', async () => {
    const catalog = createMemoryCatalogStore();
    const expiries: unknown[] = [];
    await open({
      ...catalog,
      put: (key, data, options) => {
        expiries.push(options?.expiresAt);
        return catalog.put(key, data, options);
      },
    }).add(fitOf(WEB, 'cpu_utilization', 'ridge'));
    expect(expiries).toEqual([addMs(NOW, DAY, 90)]);
  });

  it('refuses a record of another form', async () => {
    const catalog = createMemoryCatalogStore();
    await catalog.put({ partition: 'fits#run-1', id: 'x' }, { model: 'ridge' });
    expect(await rejectionOf(open(catalog).list('run-1'))).toBe('STATE_INCOMPATIBLE');
  });
});
