/**
 * Forecasts numbers from a file, one a line, and says how far the forecast can be trusted.
 *
 *   npx tsx examples/forecast-a-csv.ts load.csv 60
 *
 * The second argument is the number of minutes between two lines. Nothing is stored and no service
 * is needed: this is the arithmetic alone.
 */
import { readFileSync } from 'node:fs';
import { type BacktestResult, backtest } from '#core/evaluate/backtest.ts';
import { planBacktest } from '#core/evaluate/backtest-plan.ts';
import { compare } from '#core/evaluate/compare.ts';
import { calibrate } from '#core/evaluate/conformal.ts';
import { calibrated } from '#core/forecast/calibrated.ts';
import { blend } from '#core/forecast/line-up.ts';
import { naive } from '#core/forecast/naive.ts';
import { makeSeries } from '#core/series/series.ts';
import { durationMs, epochMs, MINUTE } from '#core/time.ts';

const STEPS_AHEAD = 6;
const ANY_NUMBER = { minimum: -Infinity, maximum: Infinity };

const [, , file, minutes = '60'] = process.argv;
if (file === undefined) throw new Error('name a file with one number a line');
// An empty line is a missing value, not a zero.
const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
const values = lines.map((line) => (line.trim() === '' ? Number.NaN : Number(line)));
const step = durationMs(Number(minutes) * MINUTE);
const series = makeSeries({ id: file, unit: 'unspecified', start: epochMs(0), step, values });
const history = { target: series };

// The past is forecast as it would have been in service, and compared with what came.
const plan = planBacktest(series.values.length, step);
const result = await backtest(
  [
    { name: 'blend', forecaster: blend(step) },
    { name: 'naive', forecaster: naive() },
  ],
  history,
  plan,
);

// The bounds are made of the errors the blend has made.
const fitted = await blend(step).fit(history);
const model = calibrated(fitted, calibrate(result, 'blend', series), ANY_NUMBER);
const forecast = model.predict({ horizon: STEPS_AHEAD, quantiles: [0.1, 0.9] });
const [lower, upper] = forecast.quantiles;

console.log('step  forecast   80 % between');
forecast.point.forEach((value, h) => {
  const cells = [value, lower?.values[h], upper?.values[h]].map((each) => each?.toFixed(1) ?? '?');
  console.log(`${String(h + 1).padStart(4)}${cells.map((cell) => cell.padStart(10)).join('')}`);
});
console.log(skillSentence(result));

function skillSentence(measured: BacktestResult): string {
  const { skill, cases } = compare(measured, 'blend', 'naive');
  if (skill === null) return 'the errors of naive are zero: nothing is better than the last value';
  const gain = `${Math.abs(skill * 100).toFixed(1)} % ${skill > 0 ? 'lower' : 'higher'}`;
  return `error ${gain} than that of the last value, on ${cases} forecasts of the past`;
}
