import type { ComponentType } from 'preact';
import type { Place } from './routing/location.ts';
import { FleetView } from './views/fleet.tsx';
import { HealthView } from './views/health.tsx';
import { IncidentsView } from './views/incidents.tsx';
import { ModelsView } from './views/models.tsx';
import { PipelineView } from './views/pipeline.tsx';
import { RecommendationView } from './views/recommendation.tsx';
import { WorkloadView } from './views/workload.tsx';

/** One view of the page. */
export interface View {
  /** The first part of its address. */
  readonly id: string;
  readonly title: string;
  /** Pressed after `g`, it leads here. */
  readonly key?: string;
  readonly inNavigation: boolean;
  readonly component: ComponentType<{ readonly place: Place }>;
}

/** All views, in the order of the navigation; the first is where the page starts. */
export const VIEWS: readonly View[] = [
  { id: 'fleet', title: 'Fleet', key: 'f', inNavigation: true, component: FleetView },
  { id: 'workload', title: 'Workload', inNavigation: false, component: WorkloadView },
  {
    id: 'recommendation',
    title: 'Recommendation',
    key: 'r',
    inNavigation: false,
    component: RecommendationView,
  },
  { id: 'incidents', title: 'Incidents', key: 'i', inNavigation: true, component: IncidentsView },
  { id: 'models', title: 'Models', key: 'm', inNavigation: true, component: ModelsView },
  { id: 'pipeline', title: 'Pipeline', key: 'p', inNavigation: true, component: PipelineView },
  { id: 'health', title: 'Health', key: 'h', inNavigation: true, component: HealthView },
];
