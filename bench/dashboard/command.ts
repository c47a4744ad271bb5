import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { findChromium } from '#test/browser/chromium.ts';
import { type BenchStreams, runBenchCommand } from '../bench-command.ts';
import { type DashboardMeasures, measureDashboard } from './measure.ts';

/** What the page promises, for a machine that does nothing else meanwhile. */
const MAX_COMPLETE_MS = 1_500;
const MAX_SCRIPT_GZIP_BYTES = 150_000;
const MAX_DRAW_MS = 50;

/** Runs the command line of `npm run bench:dashboard`. */
export async function runDashboardBench(
  argv: readonly string[],
  streams: BenchStreams,
): Promise<number> {
  const program = new Command('bench:dashboard')
    .description('How fast the dashboard is there, scrolls and draws, in a real Chromium')
    .option('--json <file>', 'write the numbers there, too')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void streams.stderr.write(text) })
    .action(async ({ json }: { json?: string }) => {
      const chromium = findChromium();
      if (chromium === undefined) program.error('there is no Chromium: set CHROMIUM_PATH');
      else {
        const measures = await measureDashboard(chromium);
        streams.stdout.write(tableOf(measures));
        if (json !== undefined) writeFileSync(json, `${JSON.stringify(measures, null, 2)}\n`);
      }
    });
  return runBenchCommand(program, argv, streams);
}

function tableOf({ page, script, scroll, draw }: DashboardMeasures): string {
  const lines = [
    ['script, gzipped', kilobytes(script.gzip_bytes), `< ${kilobytes(MAX_SCRIPT_GZIP_BYTES)}`],
    ['fleet complete, browser started cold', spread(page.complete_ms), `< ${MAX_COMPLETE_MS} ms`],
    ['of which starting the browser', spread(page.launch_ms), ''],
    [`a frame while ${scroll.workloads} workloads scroll`, spread(scroll.frame_ms), ''],
    [`drawing ${draw.points} points with a band`, spread(draw.draw_ms), `< ${MAX_DRAW_MS} ms`],
  ] as const;
  const rows = lines.map(
    ([what, found, wanted]) => `${what.padEnd(42)} ${found.padEnd(44)} ${wanted}`,
  );
  return `${rows.join('\n')}\n`;
}

function spread({
  p50,
  p95,
  max,
}: {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}) {
  return `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, max ${max.toFixed(1)} ms`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}
