import { expect, it } from '@jest/globals';
import { predict } from '#app/serving/predict.ts';
import { PredictRequestSchema } from '#contracts/http/predict.ts';
import { DAY, addMs } from '#core/time.ts';
import { dailyShape, feed } from '#test/helpers/feed.ts';
import { at, memoryServices } from '#test/helpers/memory-services.ts';
import { runPipeline } from '#test/helpers/run-pipeline.ts';

it('probe', async () => {
  const start = at('2026-03-02T00:00:00Z');
  const services = memoryServices(addMs(start, DAY, 4));
  let t = performance.now();
  await feed(services, { cpu: dailyShape(96) }, { start });
  console.log('feed', performance.now() - t);
  t = performance.now();
  const result = await runPipeline(services, {});
  console.log('run', performance.now() - t, JSON.stringify(result));
  
  const answer = await predict(services, PredictRequestSchema.parse({ metric: 'cpu', periods: 3 }));
  console.log(answer.model, answer.skill);
  t = performance.now(); const s2 = memoryServices(addMs(start, DAY, 4)); await feed(s2, { cpu: dailyShape(96) }, { start }); await runPipeline(s2); console.log("second", performance.now()-t);
  expect(1).toBe(1);
});
