#!/usr/bin/python3
"""Non-negative least squares by SciPy, for test/sql/fit.sql; no code of klout.

    fit_reference.py            writes fit_pairs.csv.gz and fit_expected.csv

One row of pairs is a problem's name and the arrays better and worse, one row of
the expected its name, whether the optimum is unique, the smallest sum of
(d . w - 1)^2, and the weights.

scipy.optimize.nnls works in double precision on the rows. Where the rows are
nearly dependent that costs digits, so its set of positive weights is solved
again in rational numbers, and the conditions of Karush, Kuhn and Tucker are
asserted exactly: what is written is the optimum, rounded. Where it is not
unique only the smallest sum is.
"""

import csv
import gzip
import io
import os
from fractions import Fraction

import numpy
from scipy.optimize import nnls


def solve(rows, target):
    """Gauss and Jordan in rational numbers; None if singular."""
    n = len(target)
    table = [list(row) + [t] for row, t in zip(rows, target)]
    for i in range(n):
        pivot = next((j for j in range(i, n) if table[j][i] != 0), None)
        if pivot is None:
            return None
        table[i], table[pivot] = table[pivot], table[i]
        inverse = 1 / table[i][i]
        table[i] = [x * inverse for x in table[i]]
        for j in range(n):
            if j != i and table[j][i] != 0:
                factor = table[j][i]
                table[j] = [x - factor * y for x, y in zip(table[j], table[i])]
    return [row[n] for row in table]


def reference(d, nearly):
    """(unique, smallest sum, weights) of the rows d; nearly: SciPy's own weights may be off."""
    rows, n = d.shape
    raw, norm = nnls(d, numpy.ones(rows), maxiter=100 * n)
    inside = [i for i in range(n) if raw[i] > 0]
    exact = [[Fraction(x) for x in row] for row in d]
    product = [[sum(row[i] * row[j] for row in exact) for j in range(n)] for i in range(n)]
    total = [sum(row[i] for row in exact) for i in range(n)]
    weights = [Fraction(0)] * n
    found = solve([[product[i][j] for j in inside] for i in inside], [total[i] for i in inside])
    assert found is not None
    for i, w in zip(inside, found):
        weights[i] = w
    gradient = [sum(product[i][j] * weights[j] for j in range(n)) - total[i] for i in range(n)]
    assert all(w >= 0 for w in weights)
    assert all(g >= 0 for g in gradient)
    assert all(g == 0 for g, w in zip(gradient, weights) if w > 0)
    # every optimum is inside the features whose gradient is 0
    level = [i for i in range(n) if gradient[i] == 0]
    unique = solve([[product[i][j] for j in level] for i in level], [Fraction(0)] * len(level)) is not None
    smallest = rows - sum(t * w for t, w in zip(total, weights))
    assert abs(float(smallest) - norm ** 2) <= 1e-8 * max(1, norm ** 2)
    if unique and not nearly:
        assert numpy.allclose(raw, [float(w) for w in weights], rtol=1e-9, atol=1e-12)
    return unique, float(smallest), [float(w) for w in weights]


def against_nobody(name, d):
    return name, d, numpy.zeros_like(d)


def problems():
    """Name, better, worse."""
    random = numpy.random.default_rng(20110804)

    def drawn(name, rows, n, change=lambda d: d):
        worse = random.normal(size=(rows, n))
        d = change(random.normal(size=(rows, n)) + random.uniform(-0.5, 1, size=n))
        return name, worse + d, worse

    for n, rows in ((1, 1), (1, 20), (2, 2), (2, 30), (3, 3), (3, 50), (4, 4), (4, 100), (5, 40), (8, 8), (8, 60),
                    (12, 100), (16, 40), (24, 80)):
        yield drawn(f'random {rows} x {n}', rows, n)

    # features as klout_features has them: 0 and more, the last two nearly always 0
    better = numpy.log1p(random.exponential(5, size=(80, 4)) * [4, 3, 0.2, 0.1])
    worse = numpy.log1p(random.exponential(5, size=(80, 4)) * [2, 2, 0.2, 0.1])
    yield 'like people', better, worse

    integers = random.integers(-3, 4, size=(2, 60, 6)).astype(float)
    yield 'whole numbers', integers[0], integers[1]
    yield drawn('twelve orders of magnitude', 60, 6, lambda d: d * 10.0 ** numpy.array([-6, -4, -1, 1, 3, 6]))
    # two features that are opposites but for little of a third direction, which helps
    for little in (1e-4, 1e-7):
        yield drawn(f'nearly dependent, {little:g}', 60, 4,
                    lambda d: numpy.column_stack([d[:, 0], little * (d[:, 1] + 1) - d[:, 0], d[:, 2] + 1, d[:, 3]]))
    yield drawn('better is worse', 40, 4, lambda d: -abs(d))
    yield drawn('one feature helps', 40, 4, lambda d: numpy.column_stack([-abs(d[:, :3]), d[:, 3] + 1]))

    # no single optimum, or features and rows that say nothing; whole numbers, so that all is exact
    d = random.integers(-4, 6, size=(50, 4)).astype(float)
    yield against_nobody('a feature of zeros', d * [1, 1, 0, 1])
    yield against_nobody('ties among the pairs', d * (numpy.arange(50) % 3 > 0)[:, None])
    yield against_nobody('a feature twice', d[:, [0, 1, 2, 1]])
    yield against_nobody('all features the same', d[:, [0, 0, 0, 0]] + 3)
    yield against_nobody('a feature doubled', numpy.column_stack([d, 2 * d[:, 2]]))
    yield against_nobody('a sum of two', numpy.column_stack([d, d[:, 0] + d[:, 3]]))
    yield against_nobody('a difference of two', numpy.column_stack([d, d[:, 0] - d[:, 3]]))
    yield against_nobody('opposites', numpy.column_stack([d, -d]))
    yield against_nobody('as few pairs as features, two of them the same', numpy.vstack([d[:3], d[2]]))
    # (d . w = 1 for all of them)
    weights = numpy.array([0.5, 0, 2, 1])
    d = random.integers(-4, 6, size=(1000, 4)).astype(float)
    d = d[d @ weights == 1]
    yield against_nobody('judgements that agree', d)


def array(values):
    return '{' + ','.join(repr(float(x)) for x in values) + '}'


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    pairs = io.StringIO()
    with open('fit_expected.csv', 'w', newline='') as expected_file:
        pairs_writer = csv.writer(pairs, lineterminator='\n')
        expected = csv.writer(expected_file, lineterminator='\n')
        for name, better, worse in problems():
            for b, w in zip(better, worse):
                pairs_writer.writerow((name, array(b), array(w)))
            unique, smallest, weights = reference(better - worse, name.startswith('nearly'))
            expected.writerow((name, unique, repr(smallest), array(weights)))
    # no time in the header: the same bytes each time
    with open('fit_pairs.csv.gz', 'wb') as file:
        with gzip.GzipFile('', 'wb', 9, file, 0) as packed:
            packed.write(pairs.getvalue().encode())


if __name__ == '__main__':
    main()
