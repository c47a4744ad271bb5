import { useState } from 'preact/hooks';
import type { RunWorkload } from '#contracts/http/train.ts';
import { Badge, type Tone } from '../../components/badge.tsx';
import { Name, WorkloadName } from '../../components/name.tsx';
import { Refused } from '../../components/refused.tsx';
import { Section } from '../../components/section.tsx';
import { Simulated } from '../../components/simulated.tsx';
import { FitTable } from './fit-table.tsx';
import { StageGantt } from './stage-gantt.tsx';

const OUTCOMES: Readonly<Record<RunWorkload['outcome'], Tone>> = {
  running: 'info',
  trained: 'good',
  refused: 'warn',
  failed: 'bad',
};

/** One workload within a run: its stages, what was refused or left out, and its fits. */
export function WorkloadRun({
  runId,
  details,
  simulated,
  now,
  ended,
}: {
  readonly runId: string;
  readonly details: RunWorkload;
  readonly simulated: boolean;
  readonly now: number;
  /** When the run ended; null while it goes on. */
  readonly ended: string | null;
}) {
  const { workload, outcome, stages, refusals, left_out, error } = details;
  const [showsFits, setShowsFits] = useState(false);
  const until = ended === null ? now : Date.parse(ended);
  return (
    <Section
      title={
        <>
          <WorkloadName of={workload} /> {simulated && <Simulated />}
        </>
      }
      aside={<Badge tone={OUTCOMES[outcome]}>{outcome}</Badge>}
    >
      {error && <Refused title="It has failed" reason={error} />}
      {stages.length > 0 && <StageGantt stages={stages} now={until} />}
      {refusals.length > 0 && (
        <>
          <h3>Refused</h3>
          <ul class="reasons">
            {refusals.map(({ metric, code, message }) => (
              <li key={`${metric} ${code}`}>
                {metric !== null && (
                  <>
                    <Name text={metric} />:{' '}
                  </>
                )}
                <bdi>{message}</bdi> <code class="quiet">{code}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      {left_out.length > 0 && (
        <details class="left-out">
          <summary>Left out: {left_out.length}</summary>
          <ul class="reasons">
            {left_out.map(({ metric, member, code, message }) => (
              <li key={`${metric} ${member} ${code}`}>
                {member}
                {metric !== null && (
                  <>
                    {' '}
                    of <Name text={metric} />
                  </>
                )}
                : <bdi>{message}</bdi> <code class="quiet">{code}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
      {outcome === 'trained' && (
        <details class="fits" onToggle={(event) => setShowsFits(event.currentTarget.open)}>
          <summary>Fits</summary>
          {showsFits && <FitTable runId={runId} workload={workload} />}
        </details>
      )}
    </Section>
  );
}
