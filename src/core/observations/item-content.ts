import * as z from 'zod';
import { addMs, type DurationMs, type EpochMs, epochMs } from '../time.ts';
import {
  byMetricAndSource,
  type ItemColumn,
  type ObservationItem,
  SLOTS_PER_ITEM,
} from './observation-item.ts';

/**
 * One column: metric, source, values, `asOf - slot start`, `firstSeen - asOf` (ms), null where the
 * slot is empty. Arrays of offsets, because they repeat between metrics and so compress well.
 */
const ColumnSchema = z.tuple([
  z.string(),
  z.string(),
  z.array(z.number().nullable()).length(SLOTS_PER_ITEM),
  z.array(z.int().nullable()).length(SLOTS_PER_ITEM),
  z.array(z.int().nullable()).length(SLOTS_PER_ITEM),
]);
const ContentSchema = z.tuple([z.literal(1), z.array(ColumnSchema)]);

/**
 * The one text of an item's contents: equal contents give equal texts, however they came about.
 * Bucket and step are not part of it, for they are the item's key.
 */
export function contentOf(item: ObservationItem): string {
  const columns = [...item.columns]
    .sort(byMetricAndSource)
    .map(
      ({ metric, source, registers }): z.infer<typeof ColumnSchema> => [
        metric,
        source,
        registers.map((register) => register?.value ?? null),
        registers.map((register, index) =>
          register === undefined ? null : register.asOf - addMs(item.bucketStart, item.step, index),
        ),
        registers.map((register) =>
          register === undefined ? null : register.firstSeen - register.asOf,
        ),
      ],
    );
  return JSON.stringify([1, columns] satisfies z.infer<typeof ContentSchema>);
}

/**
 * The inverse of `contentOf`.
 * @throws {SyntaxError | z.ZodError} when `content` is not the text of an item
 */
export function parseContent(
  content: string,
  bucketStart: EpochMs,
  step: DurationMs,
): ObservationItem {
  const [, columns] = ContentSchema.parse(JSON.parse(content));
  return {
    bucketStart,
    step,
    columns: columns.map(
      ([metric, source, values, asOfOffsets, seenOffsets]): ItemColumn => ({
        metric,
        source,
        registers: values.map((value, index) => {
          const asOfOffset = asOfOffsets[index] ?? null;
          const seenOffset = seenOffsets[index] ?? null;
          if (value === null && asOfOffset === null && seenOffset === null) return undefined;
          if (value === null || asOfOffset === null || seenOffset === null) {
            throw new SyntaxError(`register ${index} of ${metric} is incomplete`);
          }
          const asOf = epochMs(addMs(bucketStart, step, index) + asOfOffset);
          return { value, asOf, firstSeen: epochMs(asOf + seenOffset) };
        }),
      }),
    ),
  };
}
