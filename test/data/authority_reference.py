#!/usr/bin/python3
"""Authority by NetworkX, for test/sql/authority.sql, and by igraph; no code of klout.

    authority_reference.py                writes authority_edges.csv and authority_expected.csv
    authority_reference.py - < rows       reads rows "actor target weight", prints "person authority"
    authority_reference.py igraph < rows  reads rows "graph,actor,target,weight", prints by igraph
                                          "graph,person,authority"; knows the damping and the restart
                                          weights of the graphs in authority_edges.csv

networkx.pagerank gives the mass of people without outgoing edges to the restart
vector, as klout does. Its tolerance is per node, so it is divided by their number.
igraph does the same with that mass; it is given repeated pairs as they are.
"""

import csv
import os
import sys


def lcg(n):
    """As in the test: three steps of a linear congruential generator."""
    for _ in range(3):
        n = (n * 1103515245 + 12345) % 2147483648
    return n


def random_rows(rows, people):
    """Few people get most; every weight is a whole number from 1 to 8."""
    for i in range(1, rows + 1):
        u = lcg(2 * i) / 2147483648
        yield lcg(7 * i + 3) // 8 % people, int(u * u * people), 1 + lcg(11 * i + 5) // 1024 % 8


def graphs():
    """Name, rows, restart weights or None, damping."""
    ring = [(i, (i + 1) % 10, 1) for i in range(10)]
    two = [(1, 2, 1), (2, 3, 1), (3, 1, 1), (4, 5, 1), (5, 4, 1), (6, 5, 1)]
    weights = [(i % 7, (i * i + 1) % 11, 10.0 ** (i % 13 - 6)) for i in range(60)]
    mixed = [(lcg(i) // 64 % 30, lcg(i + 1000) // 64 % 30, 1 + lcg(i + 2000) // 64 % 5) for i in range(120)]
    yield 'path', [(i, i + 1, 1) for i in range(9)], None, 0.85
    yield 'star in', [(i, 0, 1) for i in range(1, 101)], None, 0.85
    yield 'star out', [(0, i, i) for i in range(1, 101)], None, 0.85
    yield 'ring', ring, None, 0.85
    yield 'complete', [(i, j, 1) for i in range(12) for j in range(12)], None, 0.85
    yield 'two components', two, None, 0.85
    yield 'dangling', [(1, 2, 1), (1, 3, 2), (2, 3, 1), (3, 4, 1), (4, 2, 5), (4, 9, 1), (2, 8, 0.5)], None, 0.85
    yield 'self loops', ring + [(3, 3, 5), (4, 4, 1), (3, 7, 1)], None, 0.85
    yield 'multi-edges', ring + [(2, 6, 1), (2, 6, 0.5), (2, 6, 4), (8, 1, 3), (8, 1, 3)], None, 0.85
    yield 'twelve orders of magnitude', weights, None, 0.85
    yield 'restart', mixed, {3: 1.0, 7: 2.5, 12: 0.0}, 0.85
    yield 'little damping', mixed, None, 0.3
    yield 'much damping', mixed, None, 0.99


def authority(rows, restart=None, damping=0.85):
    """Self loops are left out, repeated pairs added up."""
    import networkx

    graph = networkx.DiGraph()
    for actor, target, weight in rows:
        if actor == target:
            continue
        if graph.has_edge(actor, target):
            graph[actor][target]['weight'] += weight
        else:
            graph.add_edge(actor, target, weight=weight)
    return networkx.pagerank(graph, alpha=damping, personalization=restart, max_iter=100000,
                             tol=2e-14 / len(graph))


def authority_by_igraph(rows, restart=None, damping=0.85):
    """Self loops are left out."""
    sys.modules['matplotlib'] = sys.modules['cairo'] = None  # not needed, and not always whole
    import igraph

    rows = [row for row in rows if row[0] != row[1]]
    people = sorted({row[0] for row in rows} | {row[1] for row in rows})
    number = {person: i for i, person in enumerate(people)}
    graph = igraph.Graph(len(people), edges=[(number[a], number[t]) for a, t, _ in rows], directed=True)
    return dict(zip(people, graph.personalized_pagerank(
        damping=damping, weights=[w for _, _, w in rows], implementation='prpack',
        reset=restart and [restart.get(person, 0.0) for person in people])))


def print_by_igraph():
    settings = {name: (restart, damping) for name, _, restart, damping in graphs()}
    rows = {}
    for name, actor, target, weight in csv.reader(sys.stdin):
        rows.setdefault(name, []).append((int(actor), int(target), float(weight)))
    for name in rows:
        for person, mass in authority_by_igraph(rows[name], *settings.get(name, (None, 0.85))).items():
            print(name, person, repr(mass), sep=',')


def main():
    if sys.argv[1:] == ['igraph']:
        print_by_igraph()
        return
    if len(sys.argv) > 1:
        rows = [line.split() for line in sys.stdin]
        for person, mass in sorted(authority((int(a), int(t), float(w)) for a, t, w in rows).items()):
            print(person, repr(mass))
        return
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    with open('authority_edges.csv', 'w', newline='') as edges_file, \
            open('authority_expected.csv', 'w', newline='') as expected_file:
        edges = csv.writer(edges_file, lineterminator='\n')
        expected = csv.writer(expected_file, lineterminator='\n')
        for name, rows, restart, damping in graphs():
            edges.writerows((name, actor, target, repr(float(weight))) for actor, target, weight in rows)
            for person, mass in sorted(authority(rows, restart, damping).items()):
                expected.writerow((name, person, repr(float(mass))))
        for person, mass in sorted(authority(random_rows(20000, 1000)).items()):
            expected.writerow(('random 1000', person, repr(float(mass))))
        # of the large one every 500th person, and sums over all
        large = authority(random_rows(1000000, 100000))
        for person, mass in sorted(large.items()):
            if person % 500 == 0:
                expected.writerow(('random 100000', person, repr(float(mass))))
        expected.writerow(('random 100000: people', 0, len(large)))
        expected.writerow(('random 100000: squares', 0, repr(float(sum(m * m for m in large.values())))))
        for part in range(10):
            expected.writerow(('random 100000: mod 10', part,
                               repr(float(sum(m for p, m in large.items() if p % 10 == part)))))


if __name__ == '__main__':
    main()
