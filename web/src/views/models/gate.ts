import type { Reason } from '#contracts/http/common.ts';

/** What a version had to beat, and by how much it did. */
export interface Gate {
  /** Share of the error that must be gone. */
  readonly required: number;
  readonly against: readonly {
    readonly name: string;
    readonly skill: number | null;
    readonly cases: number;
  }[];
}

/** The comparisons behind a decision, where it holds them. */
export function gateOf({ details }: Reason): Gate | undefined {
  const { gate, required } = details ?? {};
  if (!Array.isArray(gate) || typeof required !== 'number') return undefined;
  return { required, against: gate.flatMap(comparisonIn) };
}

function comparisonIn(entry: unknown): Gate['against'] {
  if (typeof entry !== 'object' || entry === null) return [];
  if (!('against' in entry) || !('skill' in entry) || !('cases' in entry)) return [];
  const { against, skill, cases } = entry;
  if (typeof against !== 'string' || typeof cases !== 'number') return [];
  return [{ name: against, skill: typeof skill === 'number' ? skill : null, cases }];
}
