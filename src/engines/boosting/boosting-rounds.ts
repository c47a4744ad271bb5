import type { BoostedTrees, RegressionTree } from '#core/math/boosted-trees.ts';
import { seededRandom } from '#core/math/random.ts';
import { binColumns, MAX_BINS } from './binned-columns.ts';
import { shortestDecimal } from './float-decimal.ts';
import { treeGrower } from './grow-tree.ts';
import { type GrownTree, LEAF, leafOf, toRegressionTree } from './grown-tree.ts';
import { type Objective, objectiveOf } from './objective.ts';
import {
  type BoostingParameters,
  builtInParameters,
  type CompleteParameters,
} from './parameters.ts';
import { drawShare } from './sampling.ts';
import { checkMatrix, type TrainingMatrix } from './training-matrix.ts';
import type { TreeRows } from './tree-memory.ts';

/** A training under way. */
export interface Boosting {
  /** All trees are grown, or more of them do not help. */
  isOver(): boolean;
  addTree(): void;
  /** The trees so far; with early stopping up to the best one. */
  result(): BoostedTrees;
  /** Gives its memory back: no tree can be added any more. */
  end(): void;
}

/** A tree as it is kept, and what each of its splits gained. */
interface KeptTree {
  readonly tree: RegressionTree;
  readonly gains: readonly { readonly column: number; readonly gain: number }[];
}

/**
 * Gradient boosting (Friedman 2001) by Newton steps: each tree is grown on the gradients of the loss at
 * what all trees before it predict.
 *
 * Whoever starts it ends it.
 *
 * @throws {RangeError} when a parameter is out of range or not supported, or the matrix is not one
 * @throws {DomainError} `FIT_DID_NOT_CONVERGE` where the kernels cannot run
 */
export function startBoosting(matrix: TrainingMatrix, given: BoostingParameters): Boosting {
  checkMatrix(matrix);
  const parameters = builtInParameters(given);
  const known = knownRows(matrix, parameters);
  const binned = binColumns(matrix, Math.min(MAX_BINS, parameters.max_bin), known);
  const objective = objectiveOf(parameters);
  const random = seededRandom(parameters.seed, 'boosting');
  const columns = new Int32Array(matrix.columns);
  const state = startOf(matrix, objective, parameters, known);
  const kept: KeptTree[] = [];
  const validation = { loss: meanLoss(matrix, objective, state, known), trees: 0 };
  const grower = treeGrower(binned, known, parameters);

  return {
    isOver: () =>
      kept.length === parameters.rounds ||
      (known < matrix.labels.length &&
        kept.length - validation.trees >= parameters.early_stopping_rounds),
    addTree() {
      const rows = grower.rows();
      rows.count = drawShare(known, parameters.subsample, random, rows.order);
      const width = drawShare(matrix.columns, parameters.colsample_bytree, random, columns);
      fillGradients(rows, matrix, objective, state);
      const tree = grower.grow(rows, columns.subarray(0, width));
      setLeaves(tree, rows, matrix, objective, state, parameters.eta);
      const isDrawn = rows.count === matrix.labels.length;
      if (isDrawn) addByLeaves(tree, rows, state.sums);
      else
        for (let i = 0; i < state.sums.length; i++)
          state.sums[i]! += tree.values[leafOf(tree, binned, i)]!;
      kept.push({ tree: toRegressionTree(tree, binned), gains: gainsOf(tree) });
      const loss = meanLoss(matrix, objective, state, known);
      if (loss < validation.loss) {
        validation.loss = loss;
        validation.trees = kept.length;
      }
    },
    result() {
      const isStopped = known < matrix.labels.length;
      const best = isStopped ? kept.slice(0, Math.max(1, validation.trees)) : kept;
      return {
        columns: matrix.columns,
        base: shortestDecimal(state.base),
        trees: best.map(({ tree }) => tree),
        gains: totalGains(best, matrix.columns),
      };
    },
    end: grower.release,
  };
}

/** What is predicted of each row: `base` and the sum of its leaves, both 32-bit floats as in `prepareTrees`. */
interface Predictions {
  readonly base: number;
  readonly sums: Float32Array;
}

/** How many rows trees may see: with early stopping all but the newest. */
function knownRows(
  { labels }: TrainingMatrix,
  { early_stopping_rounds, validation_share }: CompleteParameters,
): number {
  if (early_stopping_rounds === 0) return labels.length;
  const held = Math.floor(validation_share * labels.length);
  if (held >= 1 && held < labels.length) return labels.length - held;
  throw new RangeError(
    `${labels.length} rows cannot be split to validate on ${validation_share} of them`,
  );
}

function startOf(
  { labels, weights }: TrainingMatrix,
  objective: Objective,
  { base_score }: CompleteParameters,
  known: number,
): Predictions {
  const start =
    base_score ?? objective.start(labels.subarray(0, known), weights?.subarray(0, known));
  return { base: Math.fround(start), sums: new Float32Array(labels.length) };
}

function fillGradients(
  { count, order, pairs }: TreeRows,
  { labels, weights }: TrainingMatrix,
  objective: Objective,
  { base, sums }: Predictions,
): void {
  for (let i = 0; i < count; i++) {
    const row = order[i]!;
    const gradient = objective.gradient(Math.fround(base + sums[row]!), labels[row]!);
    const weight = weights === undefined ? 1 : weights[row]!;
    pairs[2 * i] = weight * gradient;
    pairs[2 * i + 1] = weight;
  }
}

/** What each leaf adds: its share of Newton's step, or of the best constant where the loss has one. */
function setLeaves(
  tree: GrownTree,
  { order }: TreeRows,
  { labels, weights }: TrainingMatrix,
  { renew }: Objective,
  { base, sums }: Predictions,
  eta: number,
): void {
  for (let node = 0; node < tree.count; node++) {
    if (tree.lefts[node] !== LEAF) continue;
    if (renew) {
      const members = order.subarray(tree.begins[node]!, tree.ends[node]!);
      const errors = Float64Array.from(members, (i) => labels[i]! - Math.fround(base + sums[i]!));
      tree.values[node] = renew(errors, weights && Float64Array.from(members, (i) => weights[i]!));
    }
    tree.values[node] = Math.fround(eta * tree.values[node]!);
  }
}

function addByLeaves(tree: GrownTree, { order }: TreeRows, sums: Float32Array): void {
  for (let node = 0; node < tree.count; node++) {
    if (tree.lefts[node] !== LEAF) continue;
    const value = tree.values[node]!;
    for (let i = tree.begins[node]!; i < tree.ends[node]!; i++) sums[order[i]!]! += value;
  }
}

/** Of the rows that no tree sees; 0 where there are none. */
function meanLoss(
  { labels, weights }: TrainingMatrix,
  objective: Objective,
  { base, sums }: Predictions,
  known: number,
): number {
  let loss = 0;
  let total = 0;
  for (let i = known; i < labels.length; i++) {
    const weight = weights === undefined ? 1 : weights[i]!;
    loss += weight * objective.loss(Math.fround(base + sums[i]!), labels[i]!);
    total += weight;
  }
  return total > 0 ? loss / total : 0;
}

function gainsOf(tree: GrownTree): KeptTree['gains'] {
  const gains: { column: number; gain: number }[] = [];
  for (let node = 0; node < tree.count; node++) {
    if (tree.lefts[node] === LEAF) continue;
    gains.push({ column: tree.columns[node]!, gain: tree.gains[node]! });
  }
  return gains;
}

function totalGains(kept: readonly KeptTree[], columns: number): number[] {
  const totals = new Float64Array(columns);
  for (const { gains } of kept) {
    for (const { column, gain } of gains) totals[column]! += gain;
  }
  return Array.from(totals, (gain) => Number(gain.toPrecision(GAIN_DIGITS)));
}

/** Shares are made of them: more digits say nothing. */
const GAIN_DIGITS = 7;
