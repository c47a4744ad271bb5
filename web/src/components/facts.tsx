import type { ComponentChildren } from 'preact';

/** One fact: what it is called, what it is, and what qualifies it. */
export interface Fact {
  readonly term: string;
  readonly value: ComponentChildren;
  readonly note?: ComponentChildren;
}

/** A row of facts. */
export function Facts({ items }: { readonly items: readonly Fact[] }) {
  return (
    <dl class="facts">
      {items.map(({ term, value, note }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>
            {value}
            {note && <span class="quiet small"> {note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
