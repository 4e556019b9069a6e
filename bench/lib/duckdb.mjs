// The score by hand in DuckDB, over a table of its own: node duckdb.mjs FILE.csv RUNS
// Prints one line of JSON: version, milliseconds of the load and of each run, after one that does not
// count, on one thread.
import { DuckDBInstance, version } from '@duckdb/node-api';

const [file, runs] = process.argv.slice(2);
const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();

const milliseconds = async (sql) => {
    const start = performance.now();
    await connection.run(sql);
    return performance.now() - start;
};

const load = await milliseconds(`CREATE TABLE skewed AS
    SELECT * FROM read_csv('${file}', header = false, columns = {'network': 'VARCHAR', 'kind': 'VARCHAR', 'actor': 'BIGINT',
        'target': 'BIGINT', 'at': 'TIMESTAMPTZ'})`);
await connection.run("SET TimeZone = 'UTC'");

// The result goes into a table, as every result of the other side is computed in full
const score = `CREATE OR REPLACE TEMP TABLE result AS
WITH reactors AS (
    SELECT target, network, sum(exp(age * (-ln(2) / 30))) AS reach, sum(exp(age * (-ln(2) / 360))) AS slow_reach
    FROM (SELECT target, network, current_date - max("at")::date AS age
          FROM skewed
          GROUP BY target, network, actor) AS last_action
    GROUP BY target, network
), days AS (
    SELECT target, network, sum(exp((current_date - day) * (-ln(2) / 360))) AS days
    FROM (SELECT DISTINCT target, network, "at"::date AS day FROM skewed) AS day_with_action
    GROUP BY target, network
)
SELECT target, 100 * raw / (raw + 3.4) AS score
FROM (SELECT target, ln(1 + sum(reach)) + ln(1 + sum(least(days, 2 * slow_reach))) AS raw
      FROM reactors JOIN days USING (target, network)
      GROUP BY target) AS engagement`;

const times = [];
for (let run = 0; run <= Number(runs); run++)
    times.push(await milliseconds(score));
console.log(JSON.stringify({ version: version(), load, times: times.slice(1) }));
