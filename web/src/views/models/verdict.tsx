import type { ModelDetail } from '#contracts/http/catalog.ts';
import { counted, formatGain, formatShare } from '#core/units.ts';
import { Badge } from '../../components/badge.tsx';
import { gateOf } from './gate.ts';

/** Why a version was promoted, or why not, with what it was compared with. */
export function Verdict({ model: { decision } }: { readonly model: ModelDetail }) {
  const gate = gateOf(decision);
  return (
    <div class="verdict">
      <p>
        <bdi>{decision.message}</bdi> <code class="quiet">{decision.code}</code>
      </p>
      {gate && gate.against.length > 0 && (
        <ul class="gate">
          {gate.against.map(({ name, skill, cases }) => (
            <li key={name}>
              <Badge tone={skill !== null && skill >= gate.required ? 'good' : 'warn'}>
                {skill !== null && skill >= gate.required ? 'passed' : 'not passed'}
              </Badge>{' '}
              <bdi>{name}</bdi>: {skill === null ? 'not measured' : formatGain(skill)} of its error
              gone, {formatShare(gate.required)} needed, {counted(cases, 'forecast')}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
