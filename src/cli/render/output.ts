import { stringify } from 'yaml';
import type { OutputFormat } from '../output-format.ts';
import { renderCsv, renderMarkdown, type Table } from './table.ts';

/** What a command answers, in a form for every output format. */
export interface Presentation {
  /** The validated answer itself: what -o json and yaml print. */
  readonly data: unknown;
  /** What -o csv and md print. */
  readonly table: Table;
  /** What -o table prints. */
  readonly text: () => string;
  /** What -o yaml prints instead of the data. */
  readonly yaml?: () => string;
  /** What -o md prints instead of the table. */
  readonly markdown?: () => string;
}

/** The text of an answer in `format`, ending with a line feed. */
export function present(presentation: Presentation, format: OutputFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(presentation.data, null, 2)}\n`;
    case 'yaml':
      return presentation.yaml?.() ?? stringify(presentation.data);
    case 'csv':
      return renderCsv(presentation.table);
    case 'md':
      return presentation.markdown?.() ?? renderMarkdown(presentation.table);
    case 'table':
      return presentation.text();
  }
}
