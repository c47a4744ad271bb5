/** The tag of everything that Helios deploys: its costs are told apart by it. */
export const COST_TAG = { key: 'application', value: 'helios' } as const;
