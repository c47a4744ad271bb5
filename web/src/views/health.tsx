import type { Health, Ready } from '#contracts/http/catalog.ts';
import { useResource } from '../api/use-resource.ts';
import { Section } from '../components/section.tsx';
import { ViewHead } from '../components/view-head.tsx';
import { Actuation } from './health/actuation.tsx';
import { Agents } from './health/agents.tsx';
import { Budget } from './health/budget.tsx';
import { DataAges } from './health/data-ages.tsx';
import { ServiceState } from './health/service-state.tsx';
import { Sources } from './health/sources.tsx';

const EVERY_MS = 15_000;

/** Whether Helios itself is well: its stores, its sources, its agents, the age of its data. */
export function HealthView() {
  const health = useResource<Health>('/health', { everyMs: EVERY_MS });
  const ready = useResource<Ready>('/ready', { everyMs: EVERY_MS });
  return (
    <>
      <ViewHead title="Health" />
      <Section title="Service">
        <ServiceState health={health} ready={ready} />
      </Section>
      <Section title="Data by workload">
        <DataAges everyMs={EVERY_MS} />
      </Section>
      <Section title="Sources">
        <Sources everyMs={EVERY_MS} />
      </Section>
      <Section title="Agents">
        <Agents everyMs={EVERY_MS} />
      </Section>
      <div class="columns">
        <Section title="Budget for reading CloudWatch">
          <Budget />
        </Section>
        <Section title="Actuation">
          <Actuation />
        </Section>
      </div>
    </>
  );
}
