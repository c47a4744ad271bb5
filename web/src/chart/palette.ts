/** The colours of charts, as the style sheet gives them for the theme in use. */
export interface Palette {
  readonly ink: string;
  readonly quiet: string;
  readonly grid: string;
  readonly ground: string;
  readonly history: string;
  readonly forecast: string;
  readonly band: string;
  readonly naive: string;
  readonly issued: string;
  readonly second: string;
  readonly third: string;
  readonly mark: string;
  readonly spanWarn: string;
  readonly spanBad: string;
  readonly spanQuiet: string;
}

let known: Palette | undefined;

/** The colours in use. */
export function currentPalette(): Palette {
  known ??= readPalette();
  return known;
}

function readPalette(): Palette {
  // A property holds the colours of both themes; an element has the one that is in use.
  const probe = document.body.appendChild(document.createElement('span'));
  const style = getComputedStyle(probe);
  const colour = (name: string) => {
    probe.style.color = `var(${name})`;
    return style.color;
  };
  const palette = {
    ink: colour('--ink'),
    quiet: colour('--ink-quiet'),
    grid: colour('--chart-grid'),
    ground: colour('--surface'),
    history: colour('--chart-history'),
    forecast: colour('--chart-forecast'),
    band: colour('--chart-band'),
    naive: colour('--chart-naive'),
    issued: colour('--chart-issued'),
    second: colour('--chart-second'),
    third: colour('--chart-third'),
    mark: colour('--chart-mark'),
    spanWarn: colour('--chart-span-warn'),
    spanBad: colour('--chart-span-bad'),
    spanQuiet: colour('--chart-span-quiet'),
  };
  probe.remove();
  return palette;
}

/** Calls when the colours change: chosen by hand, or by the system. */
export function onPaletteChange(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const forget = () => {
    known = undefined;
    changed();
  };
  addEventListener('themechange', forget);
  system.addEventListener('change', forget);
  return () => {
    removeEventListener('themechange', forget);
    system.removeEventListener('change', forget);
  };
}
