import { describe, expect, it } from '@jest/globals';
import { chooseModel } from '#app/serving/choose-model.ts';
import { rejectionOf } from '#test/helpers/error-code.ts';
import { afterFirstTraining, CPU } from '#test/helpers/first-training.ts';
import { runPipeline } from '#test/helpers/run-pipeline.ts';

/** A champion with the usual members, and after it a version that was trained for `ets` alone. */
async function withExperiment() {
  const services = await afterFirstTraining();
  await runPipeline(services, { runId: 'run-2', request: { model: 'ets' } });
  return services;
}

describe('choosing a model', () => {
  it('takes the champion, whatever was trained after it', async () => {
    const services = await withExperiment();
    const chosen = await chooseModel(services, CPU, 'auto');
    expect(chosen).toMatchObject({ stage: 'champion', member: chosen?.bundle.serves, reasons: [] });
    expect(await chooseModel(services, CPU, 'ses')).toMatchObject({ stage: 'champion' });
  });

  it('finds in the newest version what the champion does not have', async () => {
    const services = await withExperiment();
    const chosen = await chooseModel(services, CPU, 'ets');
    expect(chosen).toMatchObject({ stage: 'candidate', member: 'ets', reasons: [] });
    expect(chosen?.version.version).toBe((await services.registry.pointer(CPU))?.latest);
  });

  it('names what either has when neither has it', async () => {
    const services = await withExperiment();
    expect(await rejectionOf(chooseModel(services, CPU, 'lstm'))).toBe('MODEL_UNKNOWN');
    const refusal = await chooseModel(services, CPU, 'lstm').catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      details: { known: expect.arrayContaining(['ets', 'ses', 'ridge']) },
    });
  });

  it('is none before the first training', async () => {
    const services = await afterFirstTraining();
    expect(await chooseModel(services, { ...CPU, metric: 'memory_bytes' }, 'auto')).toBeUndefined();
  });
});
