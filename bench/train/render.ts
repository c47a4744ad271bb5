import { type Cell, type Column, renderTable, type Table, textCell } from '#cli/render/table.ts';
import type { Terminal } from '#cli/render/terminal.ts';
import type { SideMeasure } from './measure.ts';
import { lossRatio, meanLoss, medianOf, timeRatio } from './ratios.ts';
import type { BenchSize, TrainerBench } from './trainer-bench.ts';

const MEGABYTE = 2 ** 20;

/** A comparison as text, the table with what its numbers mean. Ends with a line feed. */
export function renderMeasures(
  bench: TrainerBench,
  measures: readonly SideMeasure[],
  size: BenchSize,
  terminal: Terminal,
): string {
  const turns = measures[0]?.trainings.length ?? 0;
  return [
    bench.title(size),
    `Medians of ${turns} turns, all sides in each. ×: ours over theirs, below 1 is better.`,
    `Loss: ${bench.lossName}, mean of the turns.`,
    renderTable(tableOf(measures), terminal),
  ].join('\n');
}

function tableOf(measures: readonly SideMeasure[]): Table {
  const number = (title: string, key: string): Column => ({ title, key, align: 'right' });
  return {
    columns: [
      { title: 'trainer', key: 'trainer' },
      number('CPU s', 'cpu_seconds'),
      number('×', 'time_ratio'),
      number('wall s', 'wall_seconds'),
      number('loss', 'loss'),
      number('×', 'loss_ratio'),
      number('MB loaded', 'loaded_bytes'),
      number('MB peak', 'peak_bytes'),
    ],
    rows: measures.map((measure) => {
      const { side, version, loadedBytes, peakBytes } = measure;
      return [
        textCell(version === null ? side.name : `${side.name} (${version})`),
        numberCell(medianOf(measure, 'cpu_seconds'), 3),
        numberCell(timeRatio(measures, side.key), 2),
        numberCell(medianOf(measure, 'wall_seconds'), 3),
        numberCell(meanLoss(measure), 5),
        numberCell(lossRatio(measures, side.key), 4),
        megabytes(loadedBytes),
        megabytes(peakBytes),
      ];
    }),
  };
}

function numberCell(value: number | null, digits: number): Cell {
  return { text: value === null ? '–' : value.toFixed(digits), raw: value };
}

function megabytes(bytes: number | null): Cell {
  return { text: bytes === null ? '–' : (bytes / MEGABYTE).toFixed(0), raw: bytes };
}
