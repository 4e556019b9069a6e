"""Authority by igraph, for the job authority.

Reads COPY's binary rows (actor int, target int, weight real), people numbered from 0, and prints the
number of people; with the argument "ranks" a line "person authority" for each.
"""

import sys

# These would only cost igraph time to load
sys.modules['matplotlib'] = sys.modules['cairo'] = None

import igraph
import numpy

HEADER, TRAILER = 19, 2
ROW = numpy.dtype([('fields', '>i2'), ('size_a', '>i4'), ('actor', '>i4'), ('size_t', '>i4'), ('target', '>i4'),
                   ('size_w', '>i4'), ('weight', '>f4')])

rows = numpy.frombuffer(memoryview(sys.stdin.buffer.read())[HEADER:-TRAILER], dtype=ROW)
edges = numpy.empty((len(rows), 2), dtype=numpy.int64)
edges[:, 0] = rows['actor']
edges[:, 1] = rows['target']
graph = igraph.Graph(int(edges.max()) + 1, edges=edges, directed=True)
ranks = graph.personalized_pagerank(damping=0.85, weights=rows['weight'].tolist(), implementation='prpack')
if sys.argv[1:] == ['ranks']:
    print('\n'.join(f'{person} {rank!r}' for person, rank in enumerate(ranks)))
else:
    print(len(ranks))
