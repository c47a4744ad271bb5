import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseTrainFile } from '#cli/train-file.ts';
import { LstmConfigSchema } from '#contracts/config/lstm-config.ts';
import { TrainRequestSchema } from '#contracts/http/train.ts';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { RUN_DONE, RUN_STARTED } from './answers.ts';
import { fakeApi, run, temporaryDirectory } from './fake-environment.ts';

const EXAMPLES = new URL('../../../examples/lstm/', import.meta.url);

/** Runs `helios train --config FILE FLAGS` with a file of this text. */
async function train(text: string, flags = '') {
  const api = await fakeApi({
    'POST /api/v1/train': { status: 202, body: RUN_STARTED },
    'GET /api/v1/runs/run-1': { body: { ...RUN_DONE, details: [] } },
  });
  const homeDirectory = await temporaryDirectory();
  await writeFile(join(homeDirectory, 'cpu.yaml'), text);
  const argv = [
    'train',
    '--config',
    'cpu.yaml',
    '-e',
    api.url,
    ...flags.split(' ').filter(Boolean),
  ];
  const { code, err } = await run(argv, { homeDirectory });
  const [request] = api.received;
  return { code, err, body: Object(request?.body) as Record<string, unknown> };
}

const NETWORK = 'metric_name: cpu\nmodel: { hidden_size: 24 }\ntraining: { epochs: 2 }\n';

describe('helios train --config with the configuration of a network', () => {
  it('trains that network for its metric', async () => {
    const { body, err } = await train(NETWORK);
    expect(body).toEqual({
      metric: 'cpu',
      model: 'lstm',
      parameters: {
        lstm: LstmConfigSchema.parse({
          metric_name: 'cpu',
          model: { hidden_size: 24 },
          training: { epochs: 2 },
        }),
      },
      run_id: expect.any(String),
    });
    expect(TrainRequestSchema.safeParse(body).success).toBe(true);
    expect(err).toBe('');
  });

  it.each([
    ['--metric memory --model-type lstm -d web', { metric: 'memory', model_type: 'lstm' }],
    ['--target memory', { target: 'memory', model: 'lstm' }],
    ['--metrics memory,cpu -m fusion', { metrics: ['memory', 'cpu'], model: 'fusion' }],
  ])('%s has the last word', async (flags, expected) => {
    const { body } = await train(NETWORK, flags);
    const { run_id, parameters, deployment, ...rest } = body;
    void [run_id, deployment];
    expect(rest).toEqual(expected);
    expect(parameters).toMatchObject({ lstm: { training: { epochs: 2 } } });
  });

  it.each([
    ['--model arima', NETWORK, 'arima'],
    ['--model-type auto', NETWORK, 'auto'],
    ['', 'metric_name: cpu\nmodel: { model_type: prophet }\n', 'prophet'],
  ])('is refused for another model: %s', async (flags, text, model) => {
    const { code, err, body } = await train(text, flags);
    expect(code).toBe(2);
    expect(err).toContain(`cpu.yaml configures a network, and the model asked for is ${model}`);
    expect(err).toContain('allowed: lstm, fusion');
    expect(body).toEqual({});
  });

  it('says what of it decides nothing', async () => {
    const { err } = await train(
      'metric_name: cpu\ncontainer_name: web\ndata: { outlier_threshold: 3 }\ntraining: { device: cuda }\n',
    );
    expect(err.split('\n')).toEqual([
      'cpu.yaml container_name: web is not looked up, -d and --container name the workload',
      'cpu.yaml data.outlier_threshold: clipping outliers would remove the peaks that capacity is for',
      'cpu.yaml training.device: training runs on the processor',
      '',
    ]);
  });

  it('reads every example', async () => {
    const files = await readdir(EXAMPLES);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const { keys, models } = parseTrainFile(
        await readFile(new URL(file, EXAMPLES), 'utf8'),
        file,
      );
      expect(keys).toMatchObject({ metric: expect.stringMatching(METRIC_NAME), model: 'lstm' });
      expect(models).toContain('lstm');
    }
  });
});

describe('helios train --config', () => {
  it('names both forms when the file has neither, and what each has against it', async () => {
    const { code, err } = await train('metric_name: cpu\nhours: 48\ntraining: { epochs: 0 }\n');
    expect(code).toBe(2);
    expect(err).toContain('is neither a file of training keys nor the configuration of a network');
    expect(err).toMatch(/as_training_keys: .*"metric_name", "training"/);
    expect(err).toMatch(/as_network: .*training\.epochs: .*"hours"/);
  });

  it('takes the keys of the request, a network among their parameters too', async () => {
    const text = 'metric: cpu\nmodel: lstm\nparameters: { lstm: { preset: mora, epochs: 3 } }\n';
    const { body } = await train(text, '--hours 24');
    expect(body).toMatchObject({
      metric: 'cpu',
      model: 'lstm',
      hours: 24,
      parameters: { lstm: { preset: 'mora', epochs: 3 } },
    });
  });

  it('lets a flag override the file in every spelling of the same thing', async () => {
    const { body } = await train('target: cpu\nmodel_type: ses\n', '--metric memory -m ets');
    const { run_id, ...rest } = body;
    void run_id;
    expect(rest).toEqual({ metric: 'memory', model: 'ets' });
  });

  it.each([
    ['a: [1', 'is no YAML'],
    ['- 1', 'neither'],
  ])('refuses %j', async (text, message) => {
    const { code, err } = await train(text);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('takes an empty file for no keys', async () => {
    expect((await train('')).body).toEqual({ run_id: expect.any(String) });
  });
});
