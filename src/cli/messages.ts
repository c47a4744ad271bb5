import type { Environment } from './environment.ts';
import { printable } from './failure.ts';

/** What a command says beside its answer: all of it on standard error. */
export interface Messages {
  /** Silent with --quiet. */
  note(text: string): void;
  warn(text: string): void;
  /** Silent without DEBUG. */
  debug(text: string): void;
}

export function createMessages(
  environment: Pick<Environment, 'stderr' | 'env'>,
  options: { readonly quiet: boolean },
): Messages {
  const line = (text: string) => environment.stderr.write(`${printable(text)}\n`);
  return {
    note: (text) => {
      if (!options.quiet) line(text);
    },
    warn: (text) => line(`warning: ${text}`),
    debug: (text) => {
      if (environment.env.DEBUG) line(text);
    },
  };
}
