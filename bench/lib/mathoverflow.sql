-- The table actions: 390,441 real ones of MathOverflow (demo/data/README.md).

SELECT to_regclass('public.actions') IS NULL AS missing \gset

\if :missing
\ir ../../demo/load.sql
\endif
