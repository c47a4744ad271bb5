import { Presets, SingleBar } from 'cli-progress';
import type { Environment } from '../environment.ts';

/** Shows how far something is. */
export interface Progress {
  update(done: number, note: string): void;
  /** Prints a line that stays, above the bar. */
  line(text: string): void;
  stop(): void;
}

/**
 * A progress bar on standard error; without a terminal only the lines that stay, and with `quiet`
 * nothing at all.
 */
export function startProgress(
  environment: Pick<Environment, 'stderr'>,
  options: { readonly total: number; readonly title: string; readonly quiet: boolean },
): Progress {
  const { stderr } = environment;
  const print = (text: string) => {
    if (!options.quiet) stderr.write(`${text}\n`);
  };
  if (options.quiet || stderr.isTTY !== true || !isWritableStream(stderr)) {
    return { update: () => {}, line: print, stop: () => {} };
  }
  const bar = new SingleBar(
    {
      format: `${options.title} [{bar}] {percentage} % {note}`,
      stream: stderr,
      hideCursor: true,
      clearOnComplete: true,
      gracefulExit: false,
      barsize: 24,
    },
    Presets.legacy,
  );
  bar.start(options.total, 0, { note: '' });
  return {
    update: (done, note) => bar.update(done, { note }),
    line: (text) => {
      // Over the bar, which draws itself again below.
      stderr.write(`\r\u001b[K${text}\n`);
      bar.render();
    },
    stop: () => bar.stop(),
  };
}

function isWritableStream(sink: unknown): sink is NodeJS.WritableStream {
  return typeof sink === 'object' && sink !== null && 'on' in sink && 'end' in sink;
}
