#!/usr/bin/env python3
"""The scores of docs/other-scores.md, worked out a second time from its sample rows.

    test/data/other_scores_reference.py docs/other-scores.md > test/data/other_scores.csv

Plain Python without SQL: rows are read out of the document's text, and everything is counted with
dictionaries and loops. Authority is found by applying its definition a thousand times. Written from the
document's prose ("known" and "our reading"), not from its SQL.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from datetime import datetime, timedelta, timezone

NOW = datetime(2026, 4, 1, tzinfo=timezone.utc)


def read(document):
    text = open(document, encoding="utf-8").read()
    sample = text[text.index("-- Recipe: sample"):]
    sample = sample[:sample.index("```")]

    def rows(table):
        block = re.search(r"INSERT INTO %s VALUES\n(.*?);" % table, sample, re.S).group(1)
        for row in re.findall(r"\((.*?)\)", block):
            yield [None if v == "NULL" else v.strip("'") for v in re.split(r",\s*", row)]

    when = datetime.fromisoformat
    accounts = {p: (when(since + "T00:00+00:00"), int(a or 0), int(b or 0)) for p, since, a, b in rows("accounts")}
    posts = {int(n): (author, topic, when(at + ":00")) for n, _, author, topic, at in rows("posts")}
    actions = [(kind, actor, target, when(at + ":00"), post and int(post), topic, followers and int(followers))
               for _, kind, actor, target, at, post, topic, followers in rows("actions")]
    for n in range(1, 29):
        actions.append(("reply", "fay", "ben", datetime(2026, 1, 4, 12, tzinfo=timezone.utc) + timedelta(days=n), 9, "code", 10))
    return accounts, posts, actions


def pagerank(edges, damping, restart=None):
    """edges: {(actor, target): weight}; restart: {person: weight} or None for all alike"""
    people = sorted({p for edge in edges for p in edge})
    if not people:
        return {}
    if restart is None:
        restart = dict.fromkeys(people, 1)
    total = sum(restart.get(p, 0) for p in people)
    restart = {p: restart.get(p, 0) / total for p in people}
    out = Counter()
    for (actor, _), weight in edges.items():
        out[actor] += weight
    mass = dict(restart)
    for _ in range(1000):
        dangling = sum(mass[p] for p in people if not out[p])
        new = {p: (1 - damping + damping * dangling) * restart[p] for p in people}
        for (actor, target), weight in edges.items():
            new[target] += damping * mass[actor] * weight / out[actor]
        mass = new
    return mass


def ahead(values):
    """share of the others one is ahead of, in percent"""
    everybody = list(values.values())
    return {p: 100 * sum(v < values[p] - 1e-9 for v in everybody) / max(1, len(everybody) - 1) for p in values}


def week(at):
    return at.isocalendar()[:2]


def main():
    accounts, posts, actions = read(sys.argv[1])
    result = []

    def put(measure, community, values):
        for person in sorted(values):
            if values[person] is not None:
                result.append((measure, community, person, values[person]))

    def within(days):
        return [a for a in actions if NOW - a[3] < timedelta(days=days)]

    def posts_within(days):
        return [p for p in posts.values() if NOW - p[2] < timedelta(days=days)]

    # Kred
    def worth(a):
        if a[0] == "gift":
            return 70
        return 10 + 10 * sum((a[6] or 0) > 10 ** n for n in (4, 5, 6))

    for community in ("", "wine", "code"):
        points = Counter()
        for a in within(90):
            if community in ("", a[5]):
                points[a[2]] += worth(a)
                points[a[1]] += 0
        top = max(points.values())
        put("kred points", community, points)
        put("kred influence", community,
            {p: max(1, round(1000 * math.log(1 + n) / math.log(1 + top))) for p, n in points.items()})
    given = Counter()
    for a in actions:
        given[a[1]] += 30 if a[0] == "gift" else 10
        given[a[2]] += 0
    levels = {}
    for p, n in given.items():
        level, need, step = 0, 100.0, 100.0
        while n >= need - 1e-6:
            level, step = level + 1, step * 1.7
            need += step
        levels[p] = level
    put("kred outreach", "", given)
    put("kred level", "", levels)

    # PeerIndex
    for topic in ("wine", "code"):
        here = [a for a in within(120) if a[5] == topic]
        weeks = defaultdict(set)
        people, audience, activity = set(), defaultdict(set), Counter()
        for a in here:
            weeks[a[1], a[2]].add(week(a[3]))
            audience[a[2]].add(a[1])
            activity[a[1]] += 1
            people |= {a[1], a[2]}
        for author, post_topic, _ in posts_within(120):
            if post_topic == topic:
                activity[author] += 1
                people.add(author)
        authority = pagerank({pair: len(w) for pair, w in weeks.items()}, 0.85)
        parts = [ahead({p: authority.get(p, 0) for p in people}), ahead({p: len(audience[p]) for p in people}),
                 ahead({p: activity[p] for p in people})]
        put("peerindex mass", topic, {p: authority.get(p, 0) for p in people})
        for name, part in zip(("authority", "audience", "activity"), parts):
            put("peerindex " + name, topic, part)
        put("peerindex", topic, {p: parts[0][p] / 2 + parts[1][p] / 4 + parts[2][p] / 4 for p in people})

    # Klout 2011
    here = [a for a in within(90) if a[4] is not None]
    reactors, received, edges = defaultdict(set), Counter(), Counter()
    for a in here:
        reactors[a[2]].add(a[1])
        received[a[2]] += 1
        edges[a[1], a[2]] += 1
    written = Counter(author for author, _, _ in posts_within(90))
    authority = pagerank(edges, 0.85)
    everyone = set(reactors) | set(written)
    put("true reach", "", {p: len(reactors[p]) for p in everyone})
    put("amplification", "", {p: received[p] / written[p] if written[p] else None for p in everyone})
    put("network impact", "", {p: sum(authority[r] for r in reactors[p]) * len(authority) / len(reactors[p])
                               if reactors[p] else None for p in everyone})

    def faded(whens):
        return sum(0.5 ** ((NOW.date() - at.date()).days / 30) for at in whens)
    put("faded amplification", "", {
        p: faded(a[3] for a in here if a[2] == p) / faded(at for author, _, at in posts_within(90) if author == p)
        if written[p] else None for p in everyone})

    # Style
    done = [(a[1], a[0], a[5], a[3]) for a in within(90)] + [(p, "post", t, at) for p, t, at in posts_within(90)]
    people = sorted({d[0] for d in done})
    acts = {p: sum(d[0] == p and d[1] != "post" for d in done) for p in people}
    weeks = {p: len({week(d[3]) for d in done if d[0] == p}) for p in people}
    middle = (len(people) + 1) // 2 - 1
    grid = """Curator Broadcaster Taste_Maker Celebrity Syndicator Feeder Thought_Leader Pundit
              Dabbler Conversationalist Socializer Networker Observer Explorer Activist Specialist""".split()
    number = {}
    for p in people:
        topics = Counter(d[2] for d in done if d[0] == p and d[2] is not None)
        participating = acts[p] > sorted(acts.values())[middle]
        broad = not topics or 2 * max(topics.values()) <= sum(topics.values())
        creating = sum(d[:2] == (p, "post") for d in done) > sum(d[:2] == (p, "share") for d in done)
        consistent = weeks[p] > sorted(weeks.values())[middle]
        number[p] = 8 * (not participating) + 4 * (not broad) + 2 * creating + consistent
    for p in people:
        result.append(("style " + grid[number[p]].replace("_", " "), "", p, number[p] + 1))

    # h-index, by definition: the largest h with h posts of h or more
    for name, count in (("h", lambda post: len({a[1] for a in actions if a[4] == post})),
                        ("h actions", lambda post: sum(a[4] == post for a in actions))):
        put(name, "", {author: max(h for h in range(len(posts) + 1)
                                   if sum(p[0] == author and count(n) >= h for n, p in posts.items()) >= h)
                       for author in {p[0] for p in posts.values()}})

    # Tweepcred
    user_mass, divisor = {}, {}
    for p, (since, followers, following) in accounts.items():
        ratio = (1 + following) / (1 + followers)
        user_mass[p] = max(0.01, 0.55 * min(1, math.log(1 + (NOW - since).days / 15)))
        if following > 500 and ratio > 0.6:
            user_mass[p] /= math.exp(min(100, 5 * (ratio - 0.6)))
        divisor[p] = 1
        if following > 2500:
            divisor[p] = min(50, max(1, math.exp(min(100, 3 * (ratio - 1) * math.log(math.log(following))))))
    pairs = {(a[1], a[2]): 1 for a in actions}
    mass = {p: m / divisor[p] for p, m in pagerank(pairs, 0.9, user_mass).items()}
    put("user mass", "", user_mass)
    put("tweepcred mass", "", {p: m / sum(mass.values()) for p, m in mass.items()})

    # UserCred
    yesterday = pagerank(pairs, 0.8)
    recent = [a for a in within(7) if a[0] in ("like", "share")]
    handed = Counter()
    for a in recent:
        handed[a[2]] += yesterday[a[1]] / sum(b[1] == a[1] for b in recent)
    restart = {p: 0.5 / len(yesterday) + 0.5 * handed[p] / sum(handed.values()) for p in yesterday}
    put("usercred restart", "", restart)
    put("usercred mass", "", pagerank(pairs, 0.8, restart))

    # TunkRank, by its own recursion
    follows = Counter(actor for actor, _ in pairs)
    influence = dict.fromkeys(yesterday, 0.0)
    for _ in range(200):
        new = dict.fromkeys(influence, 0.0)
        for actor, target in pairs:
            new[target] += (1 + 0.05 * influence[actor]) / follows[actor]
        influence = new
    put("tunkrank", "", influence)

    print("measure,community,person,value")
    for row in result:
        print("%s,%s,%s,%.10g" % row)


main()
