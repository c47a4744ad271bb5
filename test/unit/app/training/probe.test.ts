import { it } from '@jest/globals';
import { DAY, MINUTE, durationMs, addMs } from '#core/time.ts';
import { dailyShape, feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { taskHandlers, runPipeline } from '#test/helpers/run-pipeline.ts';

it('probe', async () => {
  const start = at('2026-03-02T00:00:00Z');
  for (const [n, step] of [[96, 60], [60, 60], [40, 60], [60, 5]] as const) {
  const services = memoryServices(addMs(start, DAY, 5));
  await feed(services, { cpu: dailyShape(n) }, { start, step: durationMs(step * MINUTE) });
  const h = taskHandlers(services);
  const timed = Object.fromEntries(Object.entries(h).map(([k, f]) => [k, async (p: any, o: any) => { const t = performance.now(); try { return await f(p, o); } finally { console.log(n, step, k, Math.round(performance.now() - t)); } }]));
  const t = performance.now();
  await runPipeline(services, { handlers: timed });
  console.log('total', n, performance.now() - t);
  }
});
