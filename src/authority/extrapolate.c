/*-------------------------------------------------------------------------
 *
 * extrapolate.c
 *	  Reduced rank extrapolation of a sequence of vectors.
 *
 * The least combined change is an ordinary least squares problem: the last
 * change by its differences from the older ones.  Its normal equations are
 * scaled to a unit diagonal and solved by Cholesky's method, which stops where
 * a difference adds nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/solve.h"

#include <math.h>

#define VECTORS				KLOUT_EXTRAPOLATE_VECTORS
#define DIFFERENCES			KLOUT_EXTRAPOLATE_DIFFERENCES

/* elements worked on at a time, which the nearest cache holds */
#define TILE				256

/* a pivot below this adds nothing but rounding */
#define LEAST_PIVOT			1e-12

/* The inner product of two tiles in one order; zeros follow their end. */
static inline double
dot(const double *a, const double *b, uint32 n)
{
	double		sum[4] = {0};

	for (uint32 i = 0; i < n; i += 4)
		for (uint32 lane = 0; lane < 4; lane++)
			sum[lane] += a[i + lane] * b[i + lane];
	return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

void
klout_extrapolate_products(const double *const *x, uint32 first, uint32 last,
						   double *product)
{
	for (uint32 from = first; from < last; from += TILE)
	{
		uint32		n = Min(TILE, last - from);
		double		change[TILE + 4];
		double		difference[DIFFERENCES][TILE + 4];
		int			at = 0;

		for (uint32 i = 0; i < n; i++)
			change[i] = x[0][from + i] - x[1][from + i];
		memset(change + n, 0, 4 * sizeof(double));
		for (int d = 0; d < DIFFERENCES; d++)
		{
			for (uint32 i = 0; i < n; i++)
				difference[d][i] = change[i] -
					(x[d + 1][from + i] - x[d + 2][from + i]);
			memset(difference[d] + n, 0, 4 * sizeof(double));
		}
		for (int d = 0; d < DIFFERENCES; d++)
		{
			product[at++] += dot(difference[d], change, n);
			for (int e = 0; e <= d; e++)
				product[at++] += dot(difference[d], difference[e], n);
		}
		Assert(at == KLOUT_EXTRAPOLATE_PRODUCTS);
	}
}

bool
klout_extrapolate_coefficients(const double *product, double *coefficient)
{
	double		norm[DIFFERENCES];
	double		factor[DIFFERENCES][DIFFERENCES];
	double		y[DIFFERENCES];
	double		rest = 1;
	int			n = 0;

	while (n < DIFFERENCES)
	{
		double		right = product[0];
		double		pivot = 1;

		norm[n] = sqrt(product[n + 1]);
		if (!(norm[n] > 0))
			break;
		right /= norm[n];
		for (int j = 0; j < n; j++)
		{
			double		p = product[1 + j] / (norm[n] * norm[j]);

			for (int k = 0; k < j; k++)
				p -= factor[n][k] * factor[j][k];
			factor[n][j] = p / factor[j][j];
			pivot -= factor[n][j] * factor[n][j];
			right -= factor[n][j] * y[j];
		}
		if (!(pivot > LEAST_PIVOT))
			break;
		factor[n][n] = sqrt(pivot);
		y[n] = right / factor[n][n];
		product += n + 2;
		n++;
	}
	for (int j = n; j-- > 0;)
	{
		for (int k = j + 1; k < n; k++)
			y[j] -= factor[k][j] * y[k];
		y[j] /= factor[j][j];
	}

	memset(coefficient, 0, VECTORS * sizeof(double));
	for (int j = 0; j < n; j++)
	{
		double		weight = y[j] / norm[j];

		if (!isfinite(weight))
			return false;
		coefficient[j + 1] = weight;
		rest -= weight;
	}
	coefficient[0] = rest;
	return n > 0;
}
