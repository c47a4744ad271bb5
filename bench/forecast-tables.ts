import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import {
  accuracyMarkdown,
  multiHorizonMarkdown,
  type RowChoice,
} from './forecast/markdown-tables.ts';
import { BenchmarkReportSchema } from './forecast/report-schema.ts';

/**
 * `npm run bench:tables -- REPORT.json --data TEXT --command TEXT [--models a,b] [--metrics s=CPU,…]`
 *
 * Prints the tables of the README as Markdown, out of what `npm run bench:forecast -- --json` wrote:
 * the accuracy of the models, and the multi-horizon table of MAE and R² per metric and model.
 */
const program = new Command('bench:tables')
  .argument('<report>', 'a file that bench:forecast --json wrote')
  .requiredOption('--data <text>', 'what the data are, and where to get them')
  .requiredOption('--command <text>', 'the command that makes the report again')
  .option('--models <names>', 'only these models, separated by commas')
  .option('--metrics <pairs>', 'series and what to call them, as series=Title,series=Title')
  .parse();
const [path = ''] = program.args;
const { data, command, models, metrics } = program.opts<Record<string, string>>();
const report = BenchmarkReportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
const choice: RowChoice = {
  ...(models ? { models: models.split(',') } : {}),
  ...(metrics ? { metrics: new Map(metrics.split(',').map(pairOf)) } : {}),
};
const source = { data: data ?? '', command: command ?? '' };
process.stdout.write(accuracyMarkdown(report, source, choice));
process.stdout.write(`\n${multiHorizonMarkdown(report, source, choice)}`);

function pairOf(text: string): readonly [string, string] {
  const [series = '', title = series] = text.split('=');
  return [series, title];
}
