/** What names an account of the configuration, with the path it stands at. */
interface Reference {
  readonly account?: string | undefined;
}

/** Where an account is named that `accounts` does not have: the path, and what is wrong. */
export function unknownAccounts(config: {
  readonly accounts: readonly { readonly name: string }[];
  readonly workloads: readonly Reference[];
  readonly discovery: { readonly places: readonly Reference[] };
}): readonly { readonly path: (string | number)[]; readonly message: string }[] {
  const known = new Set(config.accounts.map(({ name }) => name));
  const problems = (at: (string | number)[], references: readonly Reference[]) =>
    references.flatMap(({ account }, i) =>
      account === undefined || known.has(account)
        ? []
        : [{ path: [...at, i, 'account'], message: `accounts has no ${account}` }],
    );
  return [
    ...problems(['workloads'], config.workloads),
    ...problems(['discovery', 'places'], config.discovery.places),
  ];
}
