import type { PredictResponse } from '#contracts/http/predict.ts';
import { counted, formatGain, formatShare } from '#core/units.ts';
import { Badge } from '../../components/badge.tsx';
import { Facts } from '../../components/facts.tsx';
import { Time } from '../../components/time.tsx';
import { Missing, Value } from '../../components/value.tsx';
import { workloadHref } from '../../routing/location.ts';
import { peakOf, pooledCoverage } from './forecast-facts.ts';

/** What stands behind a forecast: who made it, what it was worth so far, and what it says next. */
export function MetricFacts({ predicted }: { readonly predicted: PredictResponse }) {
  const { model, skill, level, coverage, unit, workload, metric, version, stage } = predicted;
  const peak = peakOf(predicted);
  const measured = level === null ? undefined : pooledCoverage(coverage, level);
  return (
    <Facts
      items={[
        {
          term: 'Next peak',
          value: <Value value={peak?.value} unit={unit} />,
          note: peak && <Time at={peak.timestamp} form="clock" />,
        },
        {
          term: 'Model',
          value: version ? (
            <a href={workloadHref('models', workload, { metric })}>{model}</a>
          ) : (
            model
          ),
          note: stage === 'none' ? 'nothing was trained yet' : undefined,
        },
        {
          term: 'Skill',
          value:
            skill?.vs_naive === null || skill === null ? (
              <Missing reason="not measured: no backtest of this model yet" />
            ) : (
              formatGain(skill.vs_naive)
            ),
          note: skill && `over naive, ${counted(skill.cases, 'case')}`,
        },
        {
          term: 'Coverage',
          value: measured ? (
            <CoverageShare share={measured.share} level={measured.level} />
          ) : (
            <Missing reason="not measured at this level yet" />
          ),
          note: measured && `of ${formatShare(measured.level)}, ${counted(measured.cases, 'case')}`,
        },
      ]}
    />
  );
}

/** A band that misses its level by more than five points is marked. */
function CoverageShare({ share, level }: { readonly share: number; readonly level: number }) {
  if (Math.abs(share - level) <= 0.05) return <>{formatShare(share)}</>;
  return (
    <Badge tone="warn" title="off its level by more than 5 points">
      {formatShare(share)}
    </Badge>
  );
}
