import type { Incident } from '#contracts/http/incidents.ts';
import { counted } from '#core/units.ts';
import { WorkloadName } from '../../components/name.tsx';
import { Simulated } from '../../components/simulated.tsx';
import { formatClock, formatDate } from '../../format/time.ts';
import { isConcern, type Span, type Tick, ticksOf, timelineOf } from './timeline.ts';

/** Strips that are drawn: more cannot be taken in, and the list has them all. */
const MOST_ROWS = 40;

/**
 * A strip per workload with its incidents. It is for the eye and the mouse: the list below says the
 * same to everybody, so it is hidden from readers of the page, and no stop of the Tab key.
 */
export function IncidentTimeline({
  incidents,
  span,
  hrefOf,
}: {
  readonly incidents: readonly Incident[];
  readonly span: Span;
  readonly hrefOf: (incident: Incident) => string;
}) {
  const rows = timelineOf(incidents, span);
  const ticks = ticksOf(span);
  if (rows.length === 0) return null;
  return (
    <div class="timeline" aria-hidden="true">
      <div class="timeline-row timeline-axis">
        <span class="timeline-name" />
        <span class="timeline-strip">
          <Ticks ticks={ticks} span={span} labelled />
        </span>
      </div>
      {rows.slice(0, MOST_ROWS).map(({ id, workload, simulated, bars }) => (
        <div class="timeline-row" key={id}>
          <span class="timeline-name">
            <WorkloadName of={workload} /> {simulated && <Simulated />}
          </span>
          <span class="timeline-strip">
            <Ticks ticks={ticks} span={span} />
            {bars.map(({ incident, left, width }) => (
              <a
                key={incident.id}
                href={hrefOf(incident)}
                tabIndex={-1}
                class={barClass(incident)}
                style={{ left: `${100 * left}%`, width: `${100 * width}%` }}
                title={`${incident.severity}: ${incident.message}`.slice(0, 500)}
              >
                <span class="visually-hidden">{incident.message}</span>
              </a>
            ))}
          </span>
        </div>
      ))}
      {rows.length > MOST_ROWS && (
        <p class="quiet small">
          and {counted(rows.length - MOST_ROWS, 'workload')} more in the list
        </p>
      )}
      <ul class="timeline-legend">
        <li class="timeline-bar severity-critical">critical</li>
        <li class="timeline-bar severity-high">high</li>
        <li class="timeline-bar severity-medium">medium</li>
        <li class="timeline-bar severity-low">low</li>
        <li class="timeline-bar severity-high expected">expected</li>
        <li class="timeline-bar severity-high concern">open</li>
      </ul>
    </div>
  );
}

function barClass(incident: Incident): string {
  const expected = incident.feedback?.label === 'expected' ? 'expected' : '';
  return `timeline-bar severity-${incident.severity} ${expected} ${isConcern(incident) ? 'concern' : ''}`;
}

function Ticks({
  ticks,
  span,
  labelled = false,
}: {
  readonly ticks: readonly Tick[];
  readonly span: Span;
  readonly labelled?: boolean;
}) {
  return (
    <>
      {ticks.map(({ at, left }) => (
        <span
          key={at}
          class={left > 0.92 ? 'timeline-tick late' : 'timeline-tick'}
          style={{ left: `${100 * left}%` }}
        >
          {labelled && <span>{labelOf(at, span)}</span>}
        </span>
      ))}
    </>
  );
}

function labelOf(at: number, { to }: Span): string {
  const isMidnight = new Date(at).getHours() === 0;
  // The year is that of the reader's other clocks.
  return isMidnight ? formatDate(at).replace(/ \d{4}$/, '') : formatClock(at, Math.min(at, to));
}
