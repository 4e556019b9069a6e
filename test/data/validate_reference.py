#!/usr/bin/python3
"""Rank correlations and the like by SciPy and scikit-learn, for test/sql/validate.sql; no code of klout.

    validate_reference.py    writes validate_pairs.csv and validate_expected.csv

Concordance of more than two outcomes is counted pair by pair; of two it is
checked against scikit-learn's area under the ROC curve. A measure that is not
defined has no value.
"""

import csv
import math
import os
import warnings

import numpy
import scipy.stats
import sklearn.metrics


def draw(n):
    """As in the test: a number from 0 to 1000002 that looks random."""
    return (n * n * n % 1000003 * 7919 + n * n) % 1000003


def small_cases():
    """Name and rows that go into the file of pairs."""
    yield 'one row', [(1, 2)]
    yield 'two rows', [(1, 2), (3, 5)]
    yield 'two rows, opposite', [(1, 5), (3, 2)]
    yield 'two equal rows', [(1, 2), (1, 2)]
    yield 'three rows', [(1, 1), (2, 3), (3, 2)]
    yield 'equal scores', [(5, i % 4) for i in range(12)]
    yield 'equal outcomes', [(i % 4, 5) for i in range(12)]
    yield 'no gain', [(i, 0) for i in range(12)]
    yield 'the same order', [(i, math.exp(i / 7)) for i in range(40)]
    yield 'the opposite order', [(i, -i) for i in range(40)]
    yield 'yes and no', [(draw(i) % 20, int(draw(i + 500) % 20 < draw(i) % 20)) for i in range(60)]
    yield 'few values', [(draw(i) % 3, draw(i + 500) % 3) for i in range(200)]
    yield 'below zero', [(draw(i) % 11 - 5, draw(i + 500) % 7 - 3) for i in range(80)]
    yield 'fractions', [(draw(i) / 1000003, draw(i) / 2000006 + draw(i + 500) / 1000003) for i in range(300)]
    yield 'large and small', [(10.0 ** (draw(i) % 600 - 300), 10.0 ** (draw(i + 500) % 200 - 100)) for i in range(50)]
    yield 'a tie over the depth', [(i // 4, draw(i) % 9) for i in range(40)]


def large_cases():
    """Name and rows that the test draws again."""
    rows = range(1, 10001)
    yield 'drawn, no ties', [(draw(i) + i / 16384, draw(i) / 2 + draw(2 * i + 20001)) for i in rows]
    yield 'drawn, ties', [(draw(i) % 50, max(0, draw(i) % 50 + draw(2 * i + 20001) % 50 - 60)) for i in rows]
    yield 'drawn, unrelated', [(draw(3 * i) % 1000, draw(3 * i + 30001) % 10) for i in rows]


def concordance(score, outcome):
    right = different = 0
    for s, o in zip(score, outcome):
        lesser = score[outcome < o]
        right += (lesser < s).sum() + (lesser == s).sum() / 2
        different += len(lesser)
    value = right / different if different else math.nan
    if set(outcome) == {0.0, 1.0}:
        assert abs(value - sklearn.metrics.roc_auc_score(outcome, score)) < 1e-12
    return value


def measures(rows):
    score = numpy.array([float(s) for s, _ in rows])
    outcome = numpy.array([float(o) for _, o in rows])
    if len(rows) > 1:
        yield 'spearman', scipy.stats.spearmanr(score, outcome)[0]
        yield 'kendall', scipy.stats.kendalltau(score, outcome)[0]
        yield 'auc', concordance(score, outcome)
        if outcome.min() >= 0:
            for k in (1, 5, 100):
                yield 'ndcg@%d' % k, sklearn.metrics.ndcg_score([outcome], [score], k=k) if outcome.max() > 0 else math.nan


def main():
    warnings.simplefilter('ignore')
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    with open('validate_pairs.csv', 'w', newline='') as pairs_file, \
            open('validate_expected.csv', 'w', newline='') as expected_file:
        pairs = csv.writer(pairs_file, lineterminator='\n')
        expected = csv.writer(expected_file, lineterminator='\n')
        for cases, keep in ((small_cases(), True), (large_cases(), False)):
            for name, rows in cases:
                if keep:
                    pairs.writerows((name, repr(float(s)), repr(float(o))) for s, o in rows)
                for measure, value in measures(rows):
                    expected.writerow((name, measure, '' if math.isnan(value) else repr(float(value))))


if __name__ == '__main__':
    main()
