import { describe, expect, it } from '@jest/globals';
import {
  accuracyMarkdown,
  multiHorizonMarkdown,
} from '../../../../bench/forecast/markdown-tables.ts';
import {
  type BenchmarkReport,
  BenchmarkReportSchema,
  type ModelReport,
} from '../../../../bench/forecast/report-schema.ts';

const SOURCE = {
  data: '[short](https://example.org/short), two series',
  command: 'npm run bench:forecast -- --data short',
};

function model(name: string, cells: number, ratio: number): ModelReport {
  const ratios = {
    buckets: [ratio, 0.5],
    up_to_1h: { buckets: 0.61, pooled: 0.62 },
    all: 0.7,
    pooled: null,
  };
  return {
    name,
    origin: 'helios',
    cells,
    rmae: ratios,
    rcrps: { ...ratios, all: 0.8 },
    mase_step: 1.5,
    mase_day: null,
    smape: 0.1,
    won: 0.625,
    coverage: [],
    time: { fit_ms: 1, fit_ratio: 1, predict_ms: 1, predict_ratio: 1 },
    comparisons: [],
    failures: [],
  };
}

const REPORT: BenchmarkReport = BenchmarkReportSchema.parse({
  kind: 'forecast-benchmark',
  version: 1,
  data: {
    name: 'short',
    track: 'short',
    step_seconds: 300,
    series: 2,
    cutoffs: 24,
    cells: 100,
    slow_only: false,
  },
  settings: {
    seed: 1,
    model_age_hours: null,
    bootstrap_draws: 10,
    bootstrap_level: 0.9,
    time_reference: 'naive',
  },
  buckets: [
    { from_step: 1, to_step: 1, label: '5m' },
    { from_step: 2, to_step: 3, label: '15m' },
  ],
  models: [model('naive', 100, 1), model('prophet', 40, 1.2345)],
  training: { trainings: 0, median_ms: null, max_ms: null },
  series: ['web__cpu', 'web__memory'].map((series, i) => ({
    series,
    models: ['naive', 'prophet'].map((name, k) => ({
      name,
      rmae: 1,
      paths: [1, 3, 6].map((to_step) => ({
        to_step,
        mae: k === 1 && i === 1 ? null : to_step * 10 ** (2 * i) * 1.23456,
        r2: k === 1 ? null : 0.5 + to_step / 100,
      })),
    })),
  })),
});

describe('accuracyMarkdown', () => {
  it('shows the ratios of the models, and where they come from', () => {
    expect(accuracyMarkdown(REPORT, SOURCE)).toBe(
      `| model | 5m | 15m | ≤1h | ≤1h pooled | all | pooled | rCRPS | won |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| naive | 1.000 | 0.500 | 0.610 | 0.620 | 0.700 |  | 0.800 | 63 % |
| prophet \\* | 1.234 | 0.500 | 0.610 | 0.620 | 0.700 |  | 0.800 | 63 % |

Models with * lack some cells: they are scored on those they have, naive on the same ones.

Error against naive (rMAE, geometric mean over 2 series with 24 cutoffs; below 1 is better) up to each horizon, then over all. Data: [short](https://example.org/short), two series. Made by \`npm run bench:forecast -- --data short\`.
`,
    );
  });

  it('shows chosen models alone, in the order of the choice', () => {
    const rows = accuracyMarkdown(REPORT, SOURCE, { models: ['prophet', 'naive'] }).split('\n');
    expect(rows[2]).toMatch(/^\| prophet /);
    expect(rows[3]).toMatch(/^\| naive /);
    expect(() => accuracyMarkdown(REPORT, SOURCE, { models: ['oracle'] })).toThrow(
      /no name oracle/,
    );
  });
});

describe('multiHorizonMarkdown', () => {
  it("has the columns of the multi-horizon predictor's table, a row a metric and model", () => {
    const metrics = new Map([
      ['web__memory', 'Memory'],
      ['web__cpu', 'CPU'],
    ]);
    // R² is that of the longest path: 0.5 + 6 / 100.
    expect(multiHorizonMarkdown(REPORT, SOURCE, { metrics })).toBe(
      `| Metric | Model | 5-min MAE | 15-min MAE | 30-min MAE | R² |
| --- | --- | ---: | ---: | ---: | ---: |
| Memory | naive | 123 | 370 | 741 | 0.56 |
| Memory | prophet | - | - | - | - |
| CPU | naive | 1.23 | 3.7 | 7.41 | 0.56 |
| CPU | prophet | 1.23 | 3.7 | 7.41 | - |

Data: [short](https://example.org/short), two series. Made by \`npm run bench:forecast -- --data short\`.
`,
    );
  });

  it('shows every series by its own name unless told otherwise', () => {
    const text = multiHorizonMarkdown(REPORT, SOURCE, { models: ['naive'] });
    expect(text).toContain('| web\\_\\_cpu |');
    expect(text).not.toContain('prophet');
  });
});
