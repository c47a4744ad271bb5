/** A row or a cell that could not be read. */
export interface RowProblem {
  /** 0: the service said so. */
  readonly line: number;
  readonly reason: string;
}

/** Problems of a file of any length: the first of them, and how many there are. */
export interface ProblemList {
  add(problem: RowProblem): void;
  /** Keeps it among the first without counting it. */
  note(problem: RowProblem): void;
  readonly first: readonly RowProblem[];
  readonly count: number;
}

const MOST_PROBLEMS = 20;

export function createProblemList(): ProblemList {
  const first: RowProblem[] = [];
  let count = 0;
  const note = (problem: RowProblem) => {
    if (first.length < MOST_PROBLEMS) first.push(problem);
  };
  return {
    add(problem) {
      count++;
      note(problem);
    },
    note,
    first,
    get count() {
      return count;
    },
  };
}
