/*-------------------------------------------------------------------------
 *
 * extrapolate.h
 *	  Reduced rank extrapolation of a sequence of vectors.
 *
 * Given x(0), x(1), ..., the combination of the last vectors, with coefficients
 * of sum 1, whose combined change is least (Sidi, Computers and Mathematics
 * with Applications 56, 2008, for PageRank and others).
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_EXTRAPOLATE_H
#define KLOUT_AUTHORITY_EXTRAPOLATE_H

#include "c.h"

/* vectors that are combined; there are as many changes less one */
#define KLOUT_EXTRAPOLATE_VECTORS	9
#define KLOUT_EXTRAPOLATE_DIFFERENCES	(KLOUT_EXTRAPOLATE_VECTORS - 2)

/* products of each difference with the last change and with those up to it */
#define KLOUT_EXTRAPOLATE_PRODUCTS \
	(KLOUT_EXTRAPOLATE_DIFFERENCES * (KLOUT_EXTRAPOLATE_DIFFERENCES + 3) / 2)

/*
 * Adds to product[] the inner products over elements first to last of the
 * vectors x, newest first.
 */
extern void klout_extrapolate_products(const double *const *x, uint32 first,
									   uint32 last, double *product);

/*
 * Computes the coefficients of the vectors, newest first, from the products
 * over all elements.  Returns false if there is no such combination.
 */
extern bool klout_extrapolate_coefficients(const double *product,
										   double *coefficient);

#endif							/* KLOUT_AUTHORITY_EXTRAPOLATE_H */
