/*
 * klout.sql: the start of the install script.  make appends the files of sql/parts in the order given in the
 * Makefile and writes the result to klout--<version>.sql.
 */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION klout" to load this file. \quit

