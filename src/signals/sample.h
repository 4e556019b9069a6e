/*-------------------------------------------------------------------------
 *
 * sample.h
 *	  Recency-weighted bottom-k sampling of reactors, in integer arithmetic.
 *
 * A network of a person's signals keeps a bounded sample of its reactors by
 * their proven actions, and one by the others (signals.h).
 * Each reactor a has a uniform random number u in (0, 1), fixed by a hash of
 * network and actor, and the key
 *
 *		key(a) = Hd log2(-log2 u) - last_a
 *
 * where last_a is the bucket of the actor's last action and Hd the half-life
 * of the sampling weight.  The k reactors with the smallest keys are the
 * sample.  This is bottom-k ("priority by exponential rank") sampling with
 * weight 2^(last_a / Hd): -ln u / weight is exponentially distributed with
 * rate weight, the k smallest are a weighted sample without replacement, and
 * taking log2 turns the division into a subtraction that does not depend on
 * the time of reading.  Given the (k + 1)th smallest key tau, a reactor is in
 * the sample with probability
 *
 *		p(a) = 1 - 2^(-2^((tau + last_a) / Hd))
 *
 * and sums over reactors are Horvitz-Thompson sums of 1/p.
 *
 * Keys only decrease over time, so early discarding never loses a reactor of
 * the final sample: merging is exact and independent of order.
 *
 * Hashes and keys are computed in integers only, so every platform keeps the
 * same sample.
 *
 * Sources: Cohen and Kaplan, "Summarizing data using bottom-k sketches", PODC
 * 2007; Efraimidis and Spirakis, "Weighted random sampling with a reservoir",
 * IPL 2006; Cormode et al., "Forward decay", ICDE 2009.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SAMPLE_H
#define KLOUT_SAMPLE_H

#include "common/bytes.h"

/* k: sums over at most this many reactors are exact */
#define KLOUT_SAMPLE_K			256

/* the sample and, if there are more reactors, the one that defines tau */
#define KLOUT_SAMPLE_STORED		(KLOUT_SAMPLE_K + 1)

/* keys are fixed-point numbers of buckets with this many fraction bits */
#define KLOUT_KEY_FRACTION_BITS 28

/*
 * The 64-bit hash of an actor on a network.
 *
 * actor identifies the actor: a bigint id itself, or klout_hash_bytes of a
 * text or uuid.  seed is klout_hash_bytes of the network's name.  For a given
 * seed this is a bijection of actor: different bigint actors never collide.
 * It can be inverted; it is a pseudonym, not a secret.
 */
extern uint64 klout_reactor_hash(uint64 actor, uint64 seed);

/* MurmurHash64A with seed 0, the same on every platform; O(len). */
extern uint64 klout_hash_bytes(const void *data, size_t len);

/*
 * log2(-log2 u) for u = (hash + 1/2) / 2^64, with KLOUT_KEY_FRACTION_BITS
 * fraction bits, rounded down, within 2^-28; between -65 and 7.
 */
extern int64 klout_sample_log(uint64 hash);

/*
 * The key of a reactor: half_life in buckets (at most 60), last a bucket
 * number (within +-2^33).
 */
extern int64 klout_sample_key(uint64 hash, int64 last, int half_life);

/* Probability that a reactor last seen in bucket last has a key below tau. */
extern double klout_sample_inclusion(int64 tau, int64 last, int half_life);

/*
 * HyperLogLog: the number of distinct reactors a network ever had, once they
 * no longer fit into the sample.  2^10 registers of six bits, packed four to
 * three bytes, low bits first; standard error 1.04 / sqrt(1024) = 3.3 %.
 */
#define KLOUT_REGISTERS			1024
#define KLOUT_REGISTERS_BYTES	(KLOUT_REGISTERS * 6 / 8)
#define KLOUT_REGISTER_MAX		55

extern void klout_registers_add(uint8 *registers, uint64 hash);
extern void klout_registers_merge(uint8 *registers, const uint8 *other);
extern bool klout_registers_valid(const uint8 *registers);

/* Estimated number of distinct hashes added. */
extern double klout_registers_estimate(const uint8 *registers);

#endif							/* KLOUT_SAMPLE_H */
