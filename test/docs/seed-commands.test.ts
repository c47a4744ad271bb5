import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DetectResponseSchema } from '#contracts/http/detect.ts';
import { PredictResponseSchema } from '#contracts/http/predict.ts';
import { RecommendResponseSchema } from '#contracts/http/recommend.ts';
import { seededRandom } from '#core/math/random.ts';
import { addMs, DEFAULT_STEP, epochMs, HOUR, toIso } from '#core/time.ts';
import { type HeliosInMemory, startHeliosInMemory } from '#test/helpers/helios-in-memory.ts';
import { run, temporaryDirectory } from '#test/unit/cli/fake-environment.ts';

/** The command lines of the seed documents, against a Helios that keeps its data in memory. */
const END = epochMs(Date.UTC(2026, 0, 2));
const STEPS = 288;

let helios: HeliosInMemory;
beforeAll(async () => {
  helios = await startHeliosInMemory({ now: () => addMs(END, HOUR) });
});
afterAll(() => helios.close());

/** The seeds' training_data_24h.csv: seven columns, times without a zone. */
function trainingData(): string {
  const random = seededRandom(20260102, 'training data');
  const rows = Array.from({ length: STEPS }, (_, i) => {
    const at = toIso(addMs(END, DEFAULT_STEP, i - STEPS))
      .slice(0, 19)
      .replace('T', ' ');
    const cpu = 0.3 + 0.2 * Math.sin(i / 46) + random() / 50;
    return [at, 102_400_000, cpu.toFixed(4), 0.052, 0.05, 0.25, 1].join(',');
  });
  const columns = 'memory_bytes,cpu_utilization,memory_utilization,db_cpu,db_memory,db_connections';
  return `timestamp,${columns}\n${rows.join('\n')}\n`;
}

async function helped(command: string, files: Readonly<Record<string, string>> = {}) {
  const homeDirectory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files))
    await writeFile(join(homeDirectory, name), text);
  const [, ...argv] = command.split(' ');
  return run(argv, { homeDirectory, env: { HELIOS_ENDPOINT: helios.url }, now: END });
}

describe('the commands of the seed documents', () => {
  it('their CSV is imported, once its zone is named', async () => {
    const files = { 'training_data_24h.csv': trainingData() };
    const command = 'helios import training_data_24h.csv -d my-app -n loadtest -o json';
    const refused = await helped(command, files);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('has no zone');
    const { code, out } = await helped(`${command} --zone utc`, files);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      files: [{ rows: STEPS, stored: 6 * STEPS, rejected: 0 }],
    });
  });

  it('train --namespace --hours --target shows stages and a comparison', async () => {
    const command = 'helios train --namespace loadtest --hours 24 --target cpu_utilization';
    const { code, out, err } = await helped(command);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    const stages = out.match(/^ {2}\d\. .*? succeeded/gm)?.map((line) => line.replace(/ +/g, ' '));
    expect(stages).toEqual([
      ' 1. Data validation succeeded',
      ' 2. Feature engineering succeeded',
      ' 3. Model training succeeded',
      ' 4. Model training (recurrent) succeeded',
      ' 5. Model training (anomaly detectors) succeeded',
      ' 6. Model evaluation succeeded',
      ' 7. Model registration succeeded',
    ]);
    expect(out).toMatch(/\| Member +\| +MAE +\| +RMSE +\| +MAPE +\|/);
    expect(out).toMatch(/^\| baseline /m);
  });

  it('train --metric --model-type fits that model only', async () => {
    const { code, out } = await helped('helios train --metric cpu --model-type ses -o json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      models: [{ metric: 'cpu_utilization', model: 'ses' }],
    });
  });

  it('train --metric --config reads the rest from a file', async () => {
    const config =
      'container_name: "*"\ndeployment: my-app\nnamespace: loadtest\nmodel_type: baseline\n';
    const command = 'helios train --metric cpu --config my_config.yaml -o json';
    const { code, out } = await helped(command, { 'my_config.yaml': config });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ models: [{ model: 'baseline' }] });
  });

  it('train --model-type lstm trains the network, or says why it cannot', async () => {
    const { code, out } = await helped('helios train --metric cpu --model-type lstm -o json');
    expect(code).toBe(0);
    const { details } = JSON.parse(out) as { details: { stages: { name: string }[] }[] };
    expect(details[0]?.stages.map(({ name }) => name)).toContain('fit-recurrent');
  });

  it('train --model-type of nothing there is says which models there are', async () => {
    const { code, err } = await helped('helios train --metric cpu --model-type transformer');
    expect(code).toBe(2);
    expect(err).toContain('MODEL_UNKNOWN');
  });

  it('predict forecasts the next hour, and the horizons by name', async () => {
    const command = 'helios predict cpu --deployment my-app --namespace loadtest';
    const { code, out } = await helped(`${command} -p 12 --horizons 5,15,30 -o json`);
    expect(code).toBe(0);
    const answer = PredictResponseSchema.parse(JSON.parse(out));
    expect(answer.predictions).toHaveLength(12);
    expect(answer.horizons?.map(({ minutes }) => minutes)).toEqual([5, 15, 30]);
    expect((await helped(`${command} -m baseline`)).out).toContain('baseline');
  });

  it('predict --cluster asks for the workload of that cluster', async () => {
    const { code, err } = await helped('helios predict cpu -d my-app -n loadtest --cluster two');
    expect(code).toBe(2);
    expect(err).toContain('no observations of workload two#loadtest#my-app#* are known');
  });

  it('detect judges the last hour of what was measured, and invents nothing', async () => {
    const command = 'helios detect --deployment my-app --namespace loadtest';
    const { code, out } = await helped(`${command} -o json`);
    expect(code).toBe(0);
    const answer = DetectResponseSchema.parse(JSON.parse(out));
    expect(answer.workload).toMatchObject({ deployment: 'my-app', namespace: 'loadtest' });
    expect(answer.data_points_analyzed).toBe(6 * 12);
    const narrow = await helped(`${command} -l 2 -s low -m cpu -o json`);
    expect(DetectResponseSchema.parse(JSON.parse(narrow.out))).toMatchObject({
      data_points_analyzed: 24,
      threshold: 3,
    });
    expect(JSON.parse((await helped('helios incidents --all -o json')).out)).toEqual({
      incidents: [],
    });
  });

  it('recommend acts on nothing that is an hour old, and says so', async () => {
    const command = 'helios recommend --deployment my-app --namespace loadtest --replicas 2';
    const { code, out } = await helped(`${command} -o json`);
    expect(code).toBe(3);
    const [recommendation] = RecommendResponseSchema.parse(JSON.parse(out)).recommendations;
    expect(recommendation).toMatchObject({ decision: 'hold', target_replicas: null });
    expect(recommendation?.current_state).toMatchObject({ replicas: 2 });
    expect(recommendation?.reasons.map((reason) => reason.code)).toContain('NOT_MEASURED');
  });
});
