import type { Place } from '../routing/location.ts';
import { IncidentDetailView } from './incidents/incident-detail.tsx';
import { IncidentsOverview } from './incidents/incidents-overview.tsx';

/** What went wrong when; with an id in the address, one incident. */
export function IncidentsView({ place }: { readonly place: Place }) {
  const { id } = place.query;
  return id ? (
    <IncidentDetailView key={id} id={id} place={place} />
  ) : (
    <IncidentsOverview key="all" place={place} />
  );
}
