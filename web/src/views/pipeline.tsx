import type { Place } from '../routing/location.ts';
import { RunView } from './pipeline/run-view.tsx';
import { RunsOverview } from './pipeline/runs-overview.tsx';

/** Training runs; with a run in the address, that one, live until it ends. */
export function PipelineView({ place }: { readonly place: Place }) {
  const { run } = place.query;
  return run ? <RunView key={run} id={run} /> : <RunsOverview key="all" />;
}
