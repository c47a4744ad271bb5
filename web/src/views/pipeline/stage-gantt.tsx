import type { RunWorkload } from '#contracts/http/train.ts';
import { formatDuration, ganttOf } from './gantt.ts';

/** When each stage ran and how long it took, as bars on one time axis. */
export function StageGantt({
  stages,
  now,
}: {
  readonly stages: RunWorkload['stages'];
  readonly now: number;
}) {
  const { ms, bars } = ganttOf(stages, now);
  return (
    <table class="gantt">
      <caption class="visually-hidden">Stages, {formatDuration(ms)} in all</caption>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">State</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {bars.map(({ name, state, left, width, ms: length }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="gantt-track">
              <span
                class={`gantt-bar ${state}`}
                style={{ left: `${100 * left}%`, width: `${100 * width}%` }}
              />
              <span class="visually-hidden">{state}</span>
            </td>
            <td class="number end">
              {state === 'failed' && <span class="loss">failed · </span>}
              {formatDuration(length)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
