"""Golden data of TreeSHAP and gain importance: XGBoost's own contributions for trees it has grown.

Needs Python with xgboost and numpy:
  python3 scripts/golden/tree-shap.py > test/golden/data/tree-shap.json
"""

import json
import sys

import numpy
import xgboost

LEAF = -1
ROWS, COLUMNS, ROUNDS = 400, 6, 12
PARAMETERS = {
    "objective": "reg:squarederror",
    "tree_method": "exact",
    "max_depth": 6,
    "eta": 0.3,
    "base_score": 0.5,
    "nthread": 1,
    "seed": 1,
}


def main():
    random = numpy.random.default_rng(1)
    rows = numpy.round(random.uniform(-3, 3, (ROWS, COLUMNS)), 3).astype("float32")
    labels = numpy.sin(rows[:, 0]) * rows[:, 1] + rows[:, 2] ** 2 + random.normal(0, 0.1, ROWS)
    rows[random.uniform(size=rows.shape) < 0.1] = numpy.nan
    booster = xgboost.train(PARAMETERS, xgboost.DMatrix(rows, labels), num_boost_round=ROUNDS)

    # Rows it has not seen, one of them entirely missing.
    asked = numpy.round(random.uniform(-4, 4, (25, COLUMNS)), 3).astype("float32")
    asked[random.uniform(size=asked.shape) < 0.15] = numpy.nan
    asked[0] = numpy.nan
    matrix = xgboost.DMatrix(asked)
    gains = booster.get_score(importance_type="total_gain")
    json.dump(
        {
            "tool": f"Python {sys.version.split()[0]} with xgboost {xgboost.__version__}",
            "call": "Booster.predict(matrix, pred_contribs=True), get_score(importance_type='total_gain')",
            "trees": {
                "columns": COLUMNS,
                "base": PARAMETERS["base_score"],
                "trees": preorder_trees(booster),
                "gains": [gains.get(f"f{i}", 0) for i in range(COLUMNS)],
            },
            "rows": [[None if numpy.isnan(x) else float(x) for x in row] for row in asked],
            "predictions": [float(x) for x in booster.predict(matrix)],
            "contributions": [
                [float(x) for x in row] for row in booster.predict(matrix, pred_contribs=True)
            ],
            "splitGains": split_gains(booster),
        },
        sys.stdout,
    )
    print()


def model_trees(booster):
    model = json.loads(booster.save_raw(raw_format="json"))
    return model["learner"]["gradient_booster"]["model"]["trees"]


def preorder_trees(booster):
    """The trees in the layout of src/core/math/boosted-trees.ts."""
    trees = []
    for tree in model_trees(booster):
        splits, values, covers = [], [], []

        def visit(node):
            values.append(tree["split_conditions"][node])
            if tree["left_children"][node] == LEAF:
                splits.append(LEAF)
                covers.append(tree["sum_hessian"][node])
                return
            missing_goes_left = int(tree["default_left"][node])
            splits.append(2 * tree["split_indices"][node] + missing_goes_left)
            visit(tree["left_children"][node])
            visit(tree["right_children"][node])

        visit(0)
        trees.append({"splits": splits, "values": values, "covers": covers})
    return trees


def split_gains(booster):
    """Column and gain of every single split, for counting importance by hand."""
    return [
        [tree["split_indices"][node], tree["loss_changes"][node]]
        for tree in model_trees(booster)
        for node, left in enumerate(tree["left_children"])
        if left != LEAF
    ]


main()
