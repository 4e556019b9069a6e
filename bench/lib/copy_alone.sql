-- One run of (g) of the job board: a tenth of the feed, with the variables index, format and sessions

CALL bench.empty_feed(:'index');
CHECKPOINT;
\setenv BENCH_FORMAT :format
\setenv BENCH_SESSIONS :sessions
SELECT clock_timestamp() AS started \gset
\! for first in $(seq 0 $((BENCH_SESSIONS - 1))); do bench/lib/copy_pieces.sh "$BENCH_FORMAT" "$first" "$BENCH_SESSIONS" 24 & done; wait
INSERT INTO copy_alone
SELECT :'index', :'format', :sessions, 25 * :piece / extract(epoch FROM max(at) - :'started'), sum(processor) FROM feed_copied;
SELECT bench.check('COPY alone copied all', (SELECT count(*) FROM feed_actions) = 25 * :piece);
