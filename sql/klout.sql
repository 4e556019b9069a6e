/*
 * klout.sql: the beginning of the install script.  make puts the parts in sql/parts behind it, in the order that
 * the Makefile says, and names it klout--<version>.sql.
 */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION klout" to load this file. \quit

