import type { Environment, TextSink } from '../environment.ts';

/** What the terminal behind a sink can show. */
export interface Terminal {
  /** Width in characters. */
  readonly width: number;
  /** Box drawing and shades beyond ASCII. */
  readonly unicode: boolean;
  readonly color: boolean;
}

const DEFAULT_WIDTH = 80;

/**
 * Colours only on a terminal and without NO_COLOR (no-color.org); characters beyond ASCII only where
 * the locale says UTF-8.
 */
export function terminalOf(sink: TextSink, env: Environment['env']): Terminal {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    width: sink.columns && sink.columns > 0 ? sink.columns : DEFAULT_WIDTH,
    unicode: /utf-?8/i.test(locale) || env.WT_SESSION !== undefined,
    color: sink.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  cyan: [36, 39],
  red: [31, 39],
  yellow: [33, 39],
} as const;

/** `text` in a style where `terminal` has colours. */
export function styled(
  text: string,
  style: keyof typeof CODES,
  terminal: Pick<Terminal, 'color'>,
): string {
  const [on, off] = CODES[style];
  return terminal.color && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
