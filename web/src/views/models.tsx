import { type Place, workloadOf } from '../routing/location.ts';
import { ModelSubject } from './models/model-subject.tsx';
import { ModelsOverview } from './models/models-overview.tsx';

/** What serves, and how good it is; with a workload and a metric in the address, all its versions. */
export function ModelsView({ place }: { readonly place: Place }) {
  const workload = workloadOf(place);
  const { metric } = place.query;
  return workload && metric ? (
    <ModelSubject key={metric} workload={workload} metric={metric} />
  ) : (
    <ModelsOverview key="all" workload={workload} />
  );
}
