/** Callers who sign: machines, and people at a command line. */
export const IAM = ['iam'] as const;
/** And people at a page, whose token is stolen more easily: nothing that moves capacity or gives keys. */
export const SIGNED_IN = ['iam', 'jwt'] as const;
