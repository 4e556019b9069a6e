-- Tables of gharchive by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_gharchive.sql and docs/sources/gharchive.md
CREATE TABLE gharchive (event jsonb);
-- as in the archive's files: a JSON object a line, read by COPY in CSV with characters that no line has
COPY gharchive FROM stdin (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02');
{"id":"1","type":"WatchEvent","actor":{"id":2,"login":"Ben"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"started"},"public":true,"created_at":"2026-06-01T23:30:00Z"}
{"id":"2","type":"WatchEvent","actor":{"id":1,"login":"ada"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"started"},"public":true,"created_at":"2026-06-01T23:31:00Z"}
{"id":"3","type":"WatchEvent","actor":{"id":5,"login":"renovate[bot]"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"started"},"public":true,"created_at":"2026-06-01T23:32:00Z"}
{"id":"4","type":"ForkEvent","actor":{"id":3,"login":"cy"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"forkee":{"id":10}},"public":true,"created_at":"2026-06-02T03:30:00Z"}
{"id":"5","type":"PullRequestEvent","actor":{"id":3,"login":"cy"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"opened","number":1},"public":true,"created_at":"2026-06-02T04:00:00Z"}
{"id":"6","type":"PullRequestEvent","actor":{"id":1,"login":"Ada"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"closed","number":1},"public":true,"created_at":"2026-06-02T05:00:00Z"}
{"id":"7","type":"IssuesEvent","actor":{"id":2,"login":"ben"},"repo":{"id":8,"name":"acme/web"},"payload":{"action":"opened","issue":{"user":{"login":"ben"}}},"public":true,"created_at":"2026-06-02T06:00:00Z"}
{"id":"8","type":"IssueCommentEvent","actor":{"id":1,"login":"Ada"},"repo":{"id":8,"name":"acme/web"},"payload":{"action":"created","issue":{"html_url":"https://github.com/acme/web/issues/1","title":"a \"quoted\", \\ title","user":{"login":"Ben"}}},"public":true,"created_at":"2026-06-02T07:00:00Z"}
{"id":"9","type":"IssueCommentEvent","actor":{"id":2,"login":"ben"},"repo":{"id":8,"name":"acme/web"},"payload":{"action":"created","issue":{"html_url":"https://github.com/acme/web/issues/1","user":{"login":"Ben"}}},"public":true,"created_at":"2026-06-02T08:00:00Z"}
{"id":"10","type":"IssueCommentEvent","actor":{"id":2,"login":"ben"},"repo":{"id":8,"name":"acme/web"},"payload":{"action":"created","issue":{"html_url":"https://github.com/acme/web/issues/2","user":{"login":"dependabot[bot]"}}},"public":true,"created_at":"2026-06-02T09:00:00Z"}
{"id":"11","type":"PullRequestReviewEvent","actor":{"id":1,"login":"Ada"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"created","pull_request":{"html_url":"https://github.com/Ada/tools/pull/1","user":{"login":"cy"}}},"public":true,"created_at":"2026-06-03T00:00:00Z"}
{"id":"12","type":"PullRequestReviewEvent","actor":{"id":2,"login":"ben"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"action":"created","pull_request":{"number":1}},"public":true,"created_at":"2026-06-03T01:00:00Z"}
{"id":"13","type":"PushEvent","actor":{"id":2,"login":"ben"},"repo":{"id":9,"name":"Ada/tools"},"payload":{"ref":"main"},"public":true,"created_at":"2026-06-03T02:00:00Z"}
\.
