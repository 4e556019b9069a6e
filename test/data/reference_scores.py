#!/usr/bin/python3
"""Independent reference for klout scores: plain dictionaries, exact reach, straight from docs/mathematics.md.

usage: reference_scores.py EVENTS AS_OF_EPOCH BUCKET_SECONDS HR HC C [--proven] [--strict] > out.csv
EVENTS: lines 'actor target epoch kind' (kind ignored: all kinds weigh 1); self actions must be gone.
Only events with epoch <= AS_OF count. Output: person,actions,reactors,active_buckets,reach,consistency,raw,score
--proven: a reactor has weight 1 if first seen (as actor, anywhere) at least HR buckets before AS_OF's bucket and
          acting on >= 2 distinct targets up to AS_OF, else 0; mix = max(1, unproven pairs / proven pairs).
--strict: cu = cd = 1.
"""
import sys, math
from collections import defaultdict
ev, T, B, HR, HC, C = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]), float(sys.argv[6])
proven_rule = "--proven" in sys.argv
CU, CD = (1.0, 1.0) if "--strict" in sys.argv else (3.0, 2.0)
tb = T // B
last = defaultdict(dict); days = defaultdict(set); n = defaultdict(int)
first = {}; targets = defaultdict(set)
for line in open(ev):
    a, p, t = line.split()[:3]; t = int(t)
    if t > T: continue
    b = t // B
    d = last[p]
    if d.get(a, -1) < b: d[a] = b
    days[p].add(b); n[p] += 1
    if a not in first or b < first[a]: first[a] = b
    targets[a].add(p)
w = {a: 1.0 if not proven_rule or (tb - first[a] >= HR and len(targets[a]) >= 2) else 0.0 for a in first}
pp = sum(w[a] for p in last for a in last[p]); allp = sum(len(last[p]) for p in last)
mix = max(1.0, (allp - pp) / pp) if proven_rule else 1.0
sys.stderr.write("people %d pairs %d proven pairs %d mix %.12g\n" % (len(last), allp, pp, mix))
def cap(P, U): return P + min(U, CU * mix * (1 + P))
print("person,actions,reactors,active_buckets,reach,consistency,raw,score")
for p in sorted(last, key=int):
    P = U = SP = SU = 0.0
    for a, b in sorted(last[p].items()):
        x = 2.0 ** (-(tb - b) / HR); y = 2.0 ** (-(tb - b) / HC)
        P += w[a] * x; U += (1 - w[a]) * x; SP += w[a] * y; SU += (1 - w[a]) * y
    R = cap(P, U); S = cap(SP, SU)
    D = min(sum(2.0 ** (-(tb - b) / HC) for b in days[p]), CD * S)
    raw = math.log1p(R) + math.log1p(D)
    print("%s,%d,%d,%d,%.12g,%.12g,%.12g,%.12g" % (p, n[p], len(last[p]), len(days[p]), R, D, raw, 100 * raw / (raw + C)))
