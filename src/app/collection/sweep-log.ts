import * as z from 'zod';
import { type DurationMs, durationMs, type EpochMs, epochMs } from '#core/time.ts';
import { readRecord, updateRecord } from '../catalog-records.ts';
import type { CatalogStore } from '../ports/catalog-store.ts';

const RecordSchema = z.strictObject({
  through_ms: z.number(),
  length_ms: z.number().int().positive(),
});

/** How far a source was read that is read as a whole. */
export interface SweepMark {
  /** Up to where everything was read: the next sweep begins there. */
  readonly through: EpochMs;
  /** So much is read at once. */
  readonly length: DurationMs;
}

/** How far the sources were read that are read as a whole. */
export interface SweepLog {
  read(source: string): Promise<SweepMark | undefined>;
  /** Moves a source forward; it never moves back, so repeated and late sweeps do no harm. */
  advance(source: string, mark: SweepMark): Promise<void>;
}

export function createSweepLog(catalog: CatalogStore): SweepLog {
  const keyOf = (source: string) => ({ partition: 'sweeps', id: source });
  return {
    async read(source) {
      const stored = await readRecord(catalog, RecordSchema, keyOf(source));
      return (
        stored && { through: epochMs(stored.through_ms), length: durationMs(stored.length_ms) }
      );
    },
    async advance(source, { through, length }) {
      await updateRecord(catalog, RecordSchema, keyOf(source), (current) => {
        const next = {
          through_ms: Math.max(current?.through_ms ?? through, through),
          length_ms: length,
        };
        const isSame =
          current?.through_ms === next.through_ms && current.length_ms === next.length_ms;
        return isSame ? undefined : next;
      });
    },
  };
}
